import { Hono, type MiddlewareHandler } from 'hono'

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Routes that anybody may read, and that change only what passes the guard. */
export function guardWrites(guard: MiddlewareHandler, routes: Hono): Hono {
  return new Hono().use((c, next) => (READS.has(c.req.method) ? next() : guard(c, next))).route('/', routes)
}
