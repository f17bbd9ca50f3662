import type { Clock } from '@base/core/clock'
import { secret } from '@base/core/secret'
import { describeWithService } from '@base-internal/tools/services'
import { describe } from 'vitest'
import type { Config } from '../src/config.ts'
import { startService, type TestService } from './start-service.ts'

/** Starts a service on the engine of the group. */
export type Start = (settings?: Partial<Config>, clock?: Clock) => Promise<TestService>

/** A `describe` on PGlite, where each start has an empty database, and one on a server. */
export function describeEngines(body: (start: Start) => void): void {
  describe('on PGlite', () => body(startService))
  describeServer(body)
}

/** A `describe` on a PostgreSQL server alone, with one database, empty at first, for all starts. */
export function describeServer(body: (start: Start) => void): void {
  describeWithService('postgres', (postgres) =>
    body((settings, clock) => startService({ databaseUrl: secret(postgres.url), ...settings }, clock)),
  )
}
