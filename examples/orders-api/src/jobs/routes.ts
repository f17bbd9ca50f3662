import { Hono } from 'hono'
import type { NightlyJob } from './nightly-job.ts'

/** `POST /{name}` does a job now, and answers with what it did. */
export function jobRoutes(...jobs: readonly NightlyJob<object>[]): Hono {
  const routes = new Hono()
  for (const job of jobs) routes.post(`/${job.name}`, async (c) => c.json(await job.run()))
  return routes
}
