import type { Clock } from '@base/core/clock'
import type { Logger } from '@base/observability/logger'
import type { Config } from '../config.ts'
import type { Database } from '../database/database.ts'
import { coordinateAlone } from './alone.ts'
import type { Coordination } from './coordination.ts'
import { coordinateByRedis } from './redis.ts'

/** By Redis where the settings name one. Otherwise each for itself, but for what the database of a server is for all. */
export function openCoordination(
  outside: { readonly config: Config; readonly clock: Clock; readonly logger: Logger },
  database: Database,
): Coordination {
  const { config, clock, logger } = outside
  if (config.redisUrl === undefined) return coordinateAlone(database, clock)
  return coordinateByRedis(config.redisUrl, { timeout: config.redisTimeout, clock, logger })
}
