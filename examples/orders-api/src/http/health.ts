import type { Executor } from '@base/drizzle/repository'
import { createHealth, type Health, healthEndpoint, sqlCheck } from '@base/observability/health'
import { Hono } from 'hono'

/**
 * The process is alive; it should get traffic; it has started. It should get traffic without Redis too, for then all
 * instances are without it, and much still works.
 *
 * @param accepting whether the service takes new work: not while it starts or drains.
 * @param redis whether the Redis that instances share answers, where there is one.
 */
export function healthOf(
  database: Pick<Executor, 'execute'>,
  accepting: () => boolean,
  redis?: () => Promise<boolean>,
): Health {
  const health = createHealth({
    checks: {
      lifecycle: { check: accepting, groups: ['ready', 'startup'] },
      database: { check: sqlCheck(database), groups: ['ready', 'startup'] },
      ...(redis && { redis: { check: redis, critical: false } }),
    },
  })
  health.started()
  return health
}

/** `/live`, `/ready` and `/startup`. @param details whether what was found is shown, or `pass`, `warn` or `fail` alone. */
export function healthRoutes(health: Health, details: 'always' | 'never'): Hono {
  const routes = new Hono()
  for (const group of ['live', 'ready', 'startup']) {
    const answer = healthEndpoint(health, { group, details })
    routes.get(`/${group}`, (c) => answer(c.req.raw))
  }
  return routes
}
