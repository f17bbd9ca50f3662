import type { Executor } from '@base/drizzle/repository'
import { sql } from 'drizzle-orm'
import { Hono } from 'hono'

/** What the answer of `/health/ready` depends on. */
export interface HealthOptions {
  readonly database: Pick<Executor, 'execute'>
  /** Whether the service takes new work: not while it starts or drains. */
  readonly accepting: () => boolean
}

/** `/health/live`: the process answers. `/health/ready`: it should get traffic. */
export function healthRoutes({ database, accepting }: HealthOptions): Hono {
  return new Hono()
    .get('/live', (c) => c.json({ status: 'healthy' }))
    .get('/ready', async (c) => {
      const checks = { lifecycle: status(accepting()), database: status(await answers(database)) }
      const ready = Object.values(checks).every((check) => check === 'healthy')
      return c.json({ status: status(ready), checks }, ready ? 200 : 503)
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
