import { systemClock } from '@base/core/clock'
import { checkBoolean, checkMethods, checkOneOf, checkOptions } from '@base/core/options'
import type { Health } from './health.js'
import type { CheckReport, HealthReport } from './report.js'

const WHERE = { package: '@base/observability', pattern: 'healthEndpoint' } as const
/** How long it may take to know an operator, in milliseconds: below the second that Kubernetes waits for an answer. */
const PATIENCE = 800

/** Options of {@link healthResponse}. */
export interface HealthResponseOptions {
  /** Whether the checks are shown, by name and with their output. @defaultValue false */
  readonly details?: boolean | undefined
}

/** An answer to a probe, for any server. */
export interface HealthResponse {
  /** 200 for `'pass'` and `'warn'`, 503 for `'fail'`. */
  readonly statusCode: number
  /** Its type, and that nobody keeps it. */
  readonly headers: Readonly<Record<string, string>>
  /** JSON. */
  readonly body: string
}

/**
 * A report as the answer to a probe, in `application/health+json`: `{"status":"pass"}`, and with `details` the checks.
 *
 * @example
 * app.get('/ready', async (_, reply) => {
 *   const { statusCode, headers, body } = healthResponse(await health.ready())
 *   return reply.code(statusCode).headers(headers).send(body)
 * })
 *
 * @throws InvalidOptionError naming the option.
 * @see draft-inadarei-api-health-check-06
 */
export function healthResponse(report: HealthReport, options: HealthResponseOptions = {}): HealthResponse {
  const place = { package: '@base/observability', pattern: 'healthResponse' }
  const { details = false } = checkOptions(options, place)
  checkBoolean(details, { ...place, option: 'details' })
  return {
    statusCode: report.status === 'fail' ? 503 : 200,
    headers: { 'content-type': 'application/health+json', 'cache-control': 'no-store' },
    body: JSON.stringify(details ? detailed(report) : { status: report.status }),
  }
}

function detailed({ status, notes, checks }: HealthReport): object {
  const entries = Object.entries(checks).map(([name, report]) => [name, [detail(report)]] as const)
  return { status, ...(notes !== undefined && { notes }), checks: Object.fromEntries(entries) }
}

/** Who passes has nothing to explain: the draft leaves `output` out. */
function detail({ critical, duration, output, ...report }: CheckReport): object {
  const said = output === undefined || report.status === 'pass' ? {} : { output }
  return { ...report, ...said, critical, durationMs: Math.round(duration) }
}

/** Options of {@link healthEndpoint}. */
export interface HealthEndpointOptions {
  /** The group that it answers for, one of {@link Health.groups}. @defaultValue 'ready' */
  readonly group?: string | undefined
  /**
   * Who sees the checks: nobody, everybody, or those whom the function lets; nobody where it fails, or takes longer than 800 ms.
   * It is asked while the checks run. @defaultValue 'never'
   */
  readonly details?: 'never' | 'always' | ((request: Request) => boolean | Promise<boolean>) | undefined
}

/**
 * A probe for servers of Web requests: `GET` and `HEAD`, anything else is 405. It does not look at the URL.
 *
 * @example
 * const ready = healthEndpoint(health, { group: 'ready', details: (request) => isOperator(request) })
 * app.get('/ready', ({ req }) => ready(req.raw)) // Hono
 *
 * @throws InvalidOptionError naming the option, also for a group that no check is in.
 */
export function healthEndpoint(
  health: Health,
  options: HealthEndpointOptions = {},
): (request: Request) => Promise<Response> {
  const { group = 'ready', details = 'never' } = checkOptions(options, WHERE)
  const shows = showsTo(details)
  checkMethods(health, ['group'], { ...WHERE, option: 'health' })
  checkOneOf(group, health.groups, { ...WHERE, option: 'group' })
  return async (request) => {
    const { method } = request
    if (method !== 'GET' && method !== 'HEAD')
      return new Response(null, { status: 405, headers: { allow: 'GET, HEAD' } })
    const shown = shows(request)
    const report = await health.group(group, { signal: request.signal })
    const response = healthResponse(report, { details: await shown })
    const { statusCode, headers, body } = response
    return new Response(method === 'HEAD' ? null : body, { status: statusCode, headers })
  }
}

function showsTo(
  details: NonNullable<HealthEndpointOptions['details']>,
): (request: Request) => boolean | Promise<boolean> {
  const place = { ...WHERE, option: 'details' }
  if (typeof details === 'function') return (request) => letsIn(details, request)
  const always = checkOneOf(details, ['never', 'always'], place) === 'always'
  return () => always
}

/** A probe is answered also while whoever knows the operators is away, or does not answer. Never rejects. */
function letsIn(
  details: (request: Request) => boolean | Promise<boolean>,
  request: Request,
): Promise<boolean> {
  return new Promise((resolve) => {
    const giveUp = () => end(false)
    const timer = systemClock.schedule(PATIENCE, giveUp, { name: 'details of a probe' })
    request.signal.addEventListener('abort', giveUp)
    const end = (isIn: boolean) => {
      timer.cancel()
      request.signal.removeEventListener('abort', giveUp)
      resolve(isIn)
    }
    const ask = async () => (await details(request)) === true
    ask().then(end, giveUp)
  })
}
