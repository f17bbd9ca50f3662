import type { CircuitBreakerRegistry } from '../circuit-breaker/registry.js'
import { execute } from '../policy/execute.js'
import { retryAfterOf } from '../retry/retry-after.js'
import { Call } from './call.js'
import { type ClientRules, clientRules } from './client-rules.js'
import { type Exchange, send } from './exchange.js'
import type { ResilientFetchOptions } from './options.js'
import { type PreparedRequest, prepareRequest } from './prepared-request.js'
import { HttpProblemError, isProblem, readProblem } from './problem.js'
import { watchedResponse } from './watched-response.js'

/** A `fetch`, and the breakers behind it. */
export interface ResilientFetch {
  /** Takes what `fetch` takes, and gives what it gives. */
  (input: string | URL | Request, init?: RequestInit): Promise<Response>
  /**
   * One for each `host` of a URL, which is the key: to see its state, isolate it, or listen. `undefined` where `breaker` is
   * `false`.
   */
  readonly breakers: CircuitBreakerRegistry | undefined
}

/**
 * A `fetch` that is ready for a network: with a limit of time, retries, and a circuit breaker for each host.
 *
 * Tried again are answers 429, 500, 502, 503 and 504, connection errors, and attempts that took too long, if the method is
 * idempotent (GET, HEAD, OPTIONS, TRACE, QUERY, PUT, DELETE) or there is an Idempotency-Key that is not empty, and the body is
 * no stream: that of a `Request` is one, and is sent once. A Retry-After is heeded in both its forms. When no attempt is
 * left, or none could begin within `timeout`, the last answer is returned, or the last error thrown.
 * Breakers count connection errors, timeouts and answers from 500, and nothing that the caller's own signal ends, be it an
 * `AbortSignal.timeout()`, nor, on Node, an upload whose own stream fails. Answers that are not returned are read to the end, or
 * cut off, so that no connection is lost. Time and the caller's signal count until the last byte of the body: a body that
 * comes too slowly fails with the same error.
 *
 * @example
 * const users = resilientFetch({ baseUrl: 'https://users.internal/v1', timeout: '5s' })
 * const response = await users('/users/7', { signal })
 *
 * @throws {@link InvalidOptionError} naming the option.
 * @see RFC 9110, sections 9.2.2 (idempotent methods) and 10.2.3 (Retry-After)
 */
export function resilientFetch(options: ResilientFetchOptions = {}): ResilientFetch {
  const rules = clientRules(options)
  const client = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = prepareRequest(input, init, rules)
    const call = new Call(rules, request)
    try {
      const exchange = await exchangeOf(rules, request, call)
      return await answerOf(rules, exchange, call)
    } catch (error) {
      call.end()
      throw error
    }
  }
  return Object.assign(client, { breakers: rules.breakers })
}

/** All attempts; whatever response is not the last one is discarded. */
async function exchangeOf(rules: ClientRules, request: PreparedRequest, call: Call): Promise<Exchange> {
  const { retry, breakers, attemptTimeout, clock } = rules
  let last: Exchange | undefined
  const attempt = () =>
    execute(
      attemptTimeout,
      async ({ signal }) => {
        // Only now: where the breaker lets no further attempt pass, the answer before it is returned.
        last?.discard(clock)
        last = undefined
        const exchange = await send(rules.fetch ?? globalThis.fetch, request, signal, clock)
        last = exchange
        return exchange
      },
      { signal: call.signal },
    ) as Promise<Exchange>
  // A breaker must count the end of the call's time, and not that its caller wanted to wait no longer.
  const judged = () =>
    breakers === undefined
      ? attempt()
      : breakers.get(request.host).execute(attempt, { signal: call.isCut ? call.signal : request.caller })
  const isRetried = retry !== undefined && request.isRepeatable
  try {
    return await (isRetried ? retry.execute(judged, { signal: call.signal }) : judged())
  } catch (error) {
    last?.discard(clock)
    throw error
  }
}

async function answerOf(rules: ClientRules, exchange: Exchange, call: Call): Promise<Response> {
  const response = watchedResponse(exchange, call)
  if (!rules.throwProblems || !isProblem(response)) return response
  const problem = await readProblem(response)
  throw new HttpProblemError(response.status, problem, retryAfterOf(response, rules.clock.now()))
}
