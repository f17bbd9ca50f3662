import { Hono, type MiddlewareHandler } from 'hono'
import { permit } from '../access/permit.ts'
import type { NightlyJob } from './nightly-job.ts'

/** `POST /{name}` does a job now, and answers with what it did. */
export function jobRoutes(job: NightlyJob<object>, signedIn: MiddlewareHandler): Hono {
  return new Hono().post(`/${job.name}`, signedIn, permit('job:run'), async (c) => c.json(await job.run()))
}
