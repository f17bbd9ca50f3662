import { ForbiddenError } from '@base/core/errors'
import type { Context } from 'hono'

/**
 * Refuses what another site makes a browser send with its cookie, but for what only reads. A request that says nothing of
 * where it comes from is refused as well: every browser says it.
 *
 * @param own a URL of this service, as browsers reach it.
 * @throws ForbiddenError `CROSS_SITE`.
 * @see OWASP, Cross-Site Request Forgery Prevention Cheat Sheet
 */
export function checkSameOrigin({ req }: Context, own: string): void {
  if (req.method === 'GET' || req.method === 'HEAD') return
  const site = req.header('sec-fetch-site')
  const isOurs =
    req.header('origin') === new URL(own).origin && (site === undefined || site === 'same-origin')
  if (isOurs) return
  throw new ForbiddenError({ code: 'CROSS_SITE', message: 'This request comes from another site.' })
}
