import type { Executor } from '@base/drizzle/repository'
import { sql } from 'drizzle-orm'
import { Hono } from 'hono'

/** What the answer of `/health/ready` depends on. */
export interface HealthOptions {
  readonly database: Pick<Executor, 'execute'>
  /** Whether the Redis that instances share answers; `undefined` where there is none. */
  readonly redis?: (() => Promise<boolean>) | undefined
  /** Whether the service takes new work: not while it starts or drains. */
  readonly accepting: () => boolean
}

/**
 * `/health/live`: the process answers. `/health/ready`: it should get traffic. That it should without Redis too, for then
 * all instances are without it, and much still works: that is `degraded`.
 */
export function healthRoutes({ database, redis, accepting }: HealthOptions): Hono {
  return new Hono()
    .get('/live', (c) => c.json({ status: 'healthy' }))
    .get('/ready', async (c) => {
      const [hasDatabase, hasRedis] = await Promise.all([answers(database), redis?.()])
      const ready = accepting() && hasDatabase
      const checks = {
        lifecycle: status(accepting()),
        database: status(hasDatabase),
        ...(hasRedis !== undefined && { redis: status(hasRedis) }),
      }
      return c.json(
        { status: ready && hasRedis === false ? 'degraded' : status(ready), checks },
        ready ? 200 : 503,
      )
    })
}

function status(good: boolean): 'healthy' | 'unhealthy' {
  return good ? 'healthy' : 'unhealthy'
}

function answers(database: HealthOptions['database']): Promise<boolean> {
  return database.execute(sql`select 1`).then(
    () => true,
    () => false,
  )
}
