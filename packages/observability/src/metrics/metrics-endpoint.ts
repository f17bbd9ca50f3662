import { checkMethods } from '@base/core/options'
import { expose } from './exposition.js'
import type { Metrics } from './metrics.js'
import { negotiate } from './negotiate.js'

/**
 * What Prometheus scrapes, for servers of Web requests: the text of 0.0.4, or OpenMetrics 1.0 with exemplars where `Accept`
 * wants it. `GET` and `HEAD`; anything else is 405. It asks nobody who he is: put it where strangers do not come.
 *
 * @example
 * const scrape = metricsEndpoint(metrics)
 * app.get('/metrics', ({ req }) => scrape(req.raw)) // Hono
 *
 * @throws InvalidOptionError for what are no metrics.
 * @see Prometheus documentation, "Exposition formats"
 */
export function metricsEndpoint(metrics: Metrics): (request: Request) => Promise<Response> {
  checkMethods(metrics, ['collect'], {
    package: '@base/observability',
    pattern: 'metricsEndpoint',
    option: 'metrics',
  })
  return async ({ method, headers }) => {
    if (method !== 'GET' && method !== 'HEAD')
      return new Response(null, { status: 405, headers: { allow: 'GET, HEAD' } })
    const { format, contentType } = negotiate(headers.get('accept'))
    const body = method === 'HEAD' ? null : expose(await metrics.collect(), format)
    return new Response(body, {
      headers: { 'content-type': contentType, 'cache-control': 'no-store', vary: 'accept' },
    })
  }
}
