import { memoryCacheStore } from '@base/cache'
import type { Clock } from '@base/core/clock'
import { memoryRateLimitStore } from '@base/resilience/rate-limiter'
import type { Database } from '../database/database.ts'
import type { Coordination } from './coordination.ts'

/** In the process, and by the lock of the database. No bus: there is nobody to tell. */
export function coordinateAlone({ lock, lockId }: Database, clock: Clock): Coordination {
  return {
    cache: { layers: [memoryCacheStore({ maxEntries: 10_000, clock })] },
    counts: { store: memoryRateLimitStore({ clock }) },
    lock,
    countedBy: lockId,
    close: () => {},
  }
}
