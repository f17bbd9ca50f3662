import type { Clock } from '@base/core/clock'
import { toMilliseconds } from '@base/core/duration'
import { checkBoolean, checkFunction, checkOptions, checkText, invalidOption } from '@base/core/options'
import { type CircuitBreakerRegistry, registryOf } from '../circuit-breaker/registry.js'
import { checkSources } from '../policy/check-sources.js'
import { placesOf } from '../policy/place.js'
import { Retry } from '../retry/retry.js'
import { TimeoutEngine } from '../timeout/timeout-engine.js'
import { isTransient } from './connection-error.js'
import type { Exchange } from './exchange.js'
import type { ResilientFetchOptions } from './options.js'
import { checkBaseUrl } from './target.js'

const DEFAULT_NAME = 'http-client'
const DEFAULT_TIMEOUT = '30s'
const DEFAULT_ATTEMPT_TIMEOUT = '10s'
const DEFAULT_CORRELATION_HEADER = 'x-correlation-id'
const RETRIED: ReadonlySet<number> = new Set([429, 500, 502, 503, 504])
/** A name of a header. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** The options of a client, checked and complete, and the policies that follow from them. */
export interface ClientRules {
  readonly name: string
  readonly baseUrl: URL | undefined
  readonly timeout: number
  readonly attemptTimeout: TimeoutEngine
  readonly retry: Retry | undefined
  readonly breakers: CircuitBreakerRegistry | undefined
  readonly correlationHeader: string | undefined
  readonly throwProblems: boolean
  readonly fetch: typeof globalThis.fetch | undefined
  readonly clock: Clock
}

const place = placesOf('resilientFetch')

export function clientRules(options: ResilientFetchOptions): ClientRules {
  const {
    name = DEFAULT_NAME,
    baseUrl,
    fetch,
    throwProblems = false,
  } = checkOptions(options, place('options'))
  const { clock } = checkSources(options, place)
  const { timeout = DEFAULT_TIMEOUT, attemptTimeout = DEFAULT_ATTEMPT_TIMEOUT } = options
  const limit = { positive: true, infinity: true }
  const attemptTime = toMilliseconds(attemptTimeout, { ...place('attemptTimeout'), ...limit })
  const time = toMilliseconds(timeout, { ...place('timeout'), ...limit })
  return {
    name: checkText(name, place('name')),
    baseUrl: baseUrl === undefined ? undefined : checkBaseUrl(baseUrl),
    timeout: time,
    attemptTimeout: new TimeoutEngine({ name, timeout: attemptTime, races: true, clock }),
    retry: retryOf(name, time, options),
    breakers: breakersOf(options, clock),
    correlationHeader: headerNameOf(options),
    throwProblems: checkBoolean(throwProblems, place('throwProblems')),
    fetch: fetch === undefined ? undefined : checkFunction(fetch, place('fetch')),
    clock,
  }
}

function retryOf(
  name: string,
  timeout: number,
  { retry = {}, clock, random }: ResilientFetchOptions,
): Retry | undefined {
  if (retry === false) return undefined
  const { maxElapsed = Number.POSITIVE_INFINITY, maxAttempts, backoff } = section(retry, 'retry')
  const { budget, respectRetryAfter } = retry
  const given = toMilliseconds(maxElapsed, { ...placesOf('Retry')('maxElapsed'), infinity: true })
  // Before the very end: an attempt that begins there is cut off, and the answer that there was is lost.
  const within = Math.min(given, Math.max(0, timeout - 1))
  return new Retry({
    ...{ name, maxAttempts, backoff, maxElapsed: within, budget, respectRetryAfter, clock, random },
    retryIf: isTransient,
    retryIfResult: (exchange) => RETRIED.has(statusOf(exchange)),
  })
}

/** One client is told from another of the same host by its name, where it has one. */
function breakersOf(
  { name, breaker = {} }: ResilientFetchOptions,
  clock: Clock,
): CircuitBreakerRegistry | undefined {
  if (breaker === false) return undefined
  const namesOf = (host: string) => ({ name: name === undefined ? host : `${name}/${host}`, host })
  return registryOf(section(breaker, 'breaker'), namesOf, {
    clock,
    isFailure: isTransient,
    isFailureResult: (exchange) => statusOf(exchange) >= 500,
  })
}

function headerNameOf({
  correlationHeader = DEFAULT_CORRELATION_HEADER,
}: ResilientFetchOptions): string | undefined {
  if (correlationHeader === false) return undefined
  if (typeof correlationHeader === 'string' && TOKEN.test(correlationHeader)) return correlationHeader
  throw invalidOption(correlationHeader, place('correlationHeader'), 'the name of a header, or false')
}

function section<T extends object>(options: T, option: string): T {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return options
  throw invalidOption(options, place(option), 'an object, or false')
}

function statusOf(exchange: unknown): number {
  return (exchange as Exchange).response.status
}
