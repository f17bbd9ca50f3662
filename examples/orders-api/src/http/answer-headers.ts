import type { Context } from 'hono'
import type { Client } from './server.ts'

/**
 * Sets headers of the answer, whatever makes it, that it has not set itself. On Node's own answer where there is a connection:
 * there they cost a tenth of those of a `Response`. To be called behind `next()`.
 */
export function setHeaders(c: Context, headers: Readonly<Record<string, string>>): void {
  const { setHeader } = (c.env ?? {}) as Partial<Client>
  for (const [name, value] of Object.entries(headers)) {
    // What the `Response` says comes later, and wins.
    if (setHeader !== undefined) setHeader(name, value)
    else if (!c.res.headers.has(name)) c.res.headers.set(name, value)
  }
}
