import { checkOptions, checkSignal } from '@base/core/options'
import { placesOf } from '../policy/place.js'
import { isGone } from './body-state.js'
import { propagate } from './propagation.js'
import { resolveTarget } from './target.js'

/** What may be done twice. */
const IDEMPOTENT = /^(?:GET|HEAD|OPTIONS|TRACE|QUERY|PUT|DELETE)$/i

/** The options of `fetch`, which reads them wherever they are inherited from: a Request may be given as options. */
const MEMBERS = [
  'method',
  'headers',
  'body',
  'signal',
  'cache',
  'credentials',
  'duplex',
  'integrity',
  'keepalive',
  'mode',
  'priority',
  'redirect',
  'referrer',
  'referrerPolicy',
] as const

const place = placesOf('resilientFetch')
const INIT = place('init')
const SIGNAL = place('signal')

/** A request that can be sent, once or more. */
export interface PreparedRequest {
  readonly input: URL | Request
  readonly init: RequestInit
  /** What it sends. */
  readonly body: unknown
  /** Whose breaker judges it: host and port, without the default one of http or https. */
  readonly host: string
  /** The caller's signal. */
  readonly caller: AbortSignal | undefined
  /** Whether it may be sent again: it is idempotent, and its body is still there. */
  readonly isRepeatable: boolean
}

/** What a client has for all its requests. */
interface RequestRules {
  readonly baseUrl: URL | undefined
  readonly correlationHeader: string | undefined
  readonly fetch: typeof globalThis.fetch | undefined
}

/** @throws InvalidOptionError for a target that is refused, and options that are none; TypeError for what `fetch` would refuse. */
export function prepareRequest(
  input: string | URL | Request,
  given: RequestInit | undefined,
  { baseUrl, correlationHeader, fetch }: RequestRules,
): PreparedRequest {
  const target = resolveTarget(input, baseUrl)
  const request = isRequest(input) ? input : undefined
  const init = given === undefined || given === null ? undefined : membersOf(given)
  const headers = new Headers(init?.headers ?? request?.headers)
  propagate(headers, correlationHeader)
  const method = init?.method ?? request?.method ?? 'GET'
  // A body of the init takes the place of the request's.
  const body: unknown = init?.body ?? request?.body
  refuseUsed(body, init?.body === undefined || init.body === null ? request : given)
  const isReplayed = isReplayable(body)
  // `fetch` knows it, and Node's waits for ever where it is told less, such as the length of a text in characters.
  if (isReplayed) headers.delete('content-length')
  if (!isPlain(init)) {
    // Another library than Node may take its streams otherwise.
    const isOfFetch = fetch === undefined || body instanceof ReadableStream
    refuseNow(request, target, { ...init, method, headers, signal: null }, isOfFetch)
  }
  return {
    input: request ?? target,
    init: { ...init, method, headers },
    body,
    host: target.host,
    // As `fetch` has it: null takes away the signal of the request.
    caller: init?.signal === undefined ? request?.signal : checkSignal(init.signal ?? undefined, SIGNAL),
    // An empty key tells no two orders apart.
    isRepeatable: isReplayed && (IDEMPOTENT.test(method) || Boolean(headers.get('idempotency-key'))),
  }
}

/** As they are now, and its own. */
function membersOf(given: RequestInit): RequestInit {
  const members: Record<string, unknown> = { ...checkOptions(given, INIT) }
  for (const name of MEMBERS) {
    const value = (given as Readonly<Record<string, unknown>>)[name]
    if (value !== undefined) members[name] = value
  }
  return members
}

/** What is wrong with the request itself shows now, and is neither retried nor counted by the breaker. */
function refuseNow(
  request: Request | undefined,
  target: URL,
  { body: given, ...rest }: RequestInit,
  isOfFetch: boolean,
): void {
  const body = isOfFetch || isReplayable(given) ? standIn(given, request) : undefined
  // That of another library is known by its URL alone.
  new Request(request instanceof Request ? request : target, body === undefined ? rest : { ...rest, body })
}

/** What can be checked in place of the body: a stream, or what a request holds, must not be touched before it is sent. */
function standIn(body: RequestInit['body'], request: Request | undefined): RequestInit['body'] {
  if (body === undefined || body === null) return request?.body ? '' : undefined
  if (isReplayable(body)) return body
  return isStream(body) ? new ReadableStream() : undefined
}

/** A body can be read or sent once. */
function refuseUsed(body: unknown, owner: object | undefined): void {
  const isLocked = (body as { locked?: unknown } | null | undefined)?.locked === true
  const isUsed = (owner as { bodyUsed?: unknown } | undefined)?.bodyUsed === true
  if (isLocked || isUsed || isGone(body))
    throw new TypeError('The body of the request was read or sent before.')
}

/** Headers alone are said: those were checked when they were read, and all else is a plain GET, or was a Request before. */
function isPlain(init: RequestInit | undefined): boolean {
  return !init || Object.keys(init).every((key) => key === 'headers' || key === 'signal')
}

function isRequest(input: string | URL | Request): input is Request {
  return typeof input === 'object' && 'url' in input
}

/** Node's `fetch` takes whatever can be iterated for one: its own streams, and generators. */
function isStream(body: unknown): boolean {
  return body instanceof ReadableStream || Symbol.asyncIterator in Object(body)
}

/** A stream is gone once it was sent. */
function isReplayable(body: unknown): boolean {
  if (body === undefined || body === null || typeof body === 'string') return true
  return (
    body instanceof ArrayBuffer ||
    ArrayBuffer.isView(body) ||
    body instanceof URLSearchParams ||
    body instanceof Blob ||
    body instanceof FormData
  )
}
