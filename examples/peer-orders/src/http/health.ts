import { setTimeout } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import type { FastifyInstance } from 'fastify'
import type { Redis } from 'ioredis'
import type { Db } from '../database/database.ts'

const PATIENCE = 2_000

/** What the health of the service depends on. */
export interface HealthOptions {
  readonly db: Db
  readonly redis: Redis | undefined
  /** Whether the service takes new work: not while it starts or drains. */
  readonly accepting: () => boolean
}

type Status = 'pass' | 'fail'
type Checks = Readonly<Record<string, readonly [{ readonly status: Status }]>>

/**
 * `/health/live`, `/ready` and `/startup`: the process is alive; it should get traffic; it has started. It should get traffic
 * without Redis too, for then all instances are without it, and much still works.
 *
 * @param details whether what was found is shown, or `pass`, `warn` or `fail` alone.
 */
export function healthRoutes(app: FastifyInstance, options: HealthOptions, details: boolean): void {
  for (const probe of ['live', 'ready', 'startup']) {
    app.get(`/health/${probe}`, async (_, reply) => {
      const checks = probe === 'live' ? {} : await check(options)
      const status = statusOf(checks)
      return reply
        .code(status === 'fail' ? 503 : 200)
        .header('content-type', 'application/health+json')
        .serializer(JSON.stringify)
        .send({ status, ...(details && { checks }) })
    })
  }
}

async function check({ db, redis, accepting }: HealthOptions): Promise<Checks> {
  const [database, cache] = await Promise.all([
    answers(() => db.execute(sql`select 1`)),
    redis && answers(() => redis.ping()),
  ])
  return {
    lifecycle: [{ status: accepting() ? 'pass' : 'fail' }],
    database: [{ status: database }],
    ...(cache && { redis: [{ status: cache }] }),
  }
}

async function answers(ask: () => PromiseLike<unknown>): Promise<Status> {
  const late = setTimeout(PATIENCE, 'fail' as const, { ref: false })
  const asked = (async () => ask())().then(
    () => 'pass' as const,
    () => 'fail' as const,
  )
  return Promise.race([asked, late])
}

function statusOf(checks: Checks): Status | 'warn' {
  const failed = Object.keys(checks).filter((name) => checks[name]?.[0].status === 'fail')
  if (failed.some((name) => name !== 'redis')) return 'fail'
  return failed.length > 0 ? 'warn' : 'pass'
}
