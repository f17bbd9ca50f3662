import { Hono, type MiddlewareHandler } from 'hono'
import { permit } from '../access/permit.ts'
import type { NightlyJob } from './nightly-job.ts'

/** `POST /{name}` does a job now, and answers with what it did. */
export function jobRoutes(signedIn: MiddlewareHandler, ...jobs: readonly NightlyJob<object>[]): Hono {
  const routes = new Hono()
  for (const job of jobs) {
    routes.post(`/${job.name}`, signedIn, permit('job:run'), async (c) => c.json(await job.run()))
  }
  return routes
}
