import { ValidationError } from '@base/core/errors'
import { err, ok, type Result } from '@base/core/result'
import { type JsonError, type ParseJsonOptions, parseJson, unchecked } from '@base/core/schema'
import { isObject, kindOf } from '../value-object/object-kind.js'
import { attributesOf, type CloudEvent, isVersion, problemsOf } from './cloud-event.js'

/** A CloudEvent as an HTTP message: what `fetch` and `Response` take. */
export interface CloudEventMessage {
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  /** JSON; `''` where a binary event has no data. */
  readonly body: string
}

/** Where a received message's parts are. */
export interface ReceivedMessage {
  /** Any case: `Headers`, or a record such as `request.headers` or `headersDistinct` of Node. One that came twice is none. */
  readonly headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>
  /** The text or the bytes; none, as some frameworks have it where nothing came, is empty. */
  readonly body: string | Uint8Array | null | undefined
}

const STRUCTURED = 'application/cloudevents+json'
const DATA = 'application/json'

/**
 * A CloudEvent as one JSON document (structured mode): headers and body for `fetch`.
 *
 * @example
 * await fetch('https://example.org/hooks', { method: 'POST', ...toStructured(toCloudEvent(event)) })
 *
 * @throws ValidationError where the event is not JSON.
 * @see CloudEvents HTTP Protocol Binding 1.0.2, section 3.2
 */
export function toStructured(event: CloudEvent): CloudEventMessage {
  return { headers: { 'content-type': `${STRUCTURED}; charset=utf-8` }, body: jsonOf(event) }
}

/**
 * A CloudEvent with its attributes in `ce-` headers and its data alone, as JSON, as the body (binary mode).
 *
 * @throws ValidationError where the data is not JSON, by its `datacontenttype` or itself, or is in `data_base64`.
 * @see CloudEvents HTTP Protocol Binding 1.0.2, section 3.1
 */
export function toBinary(event: CloudEvent): CloudEventMessage {
  const { data, datacontenttype, data_base64: base64, ...attributes } = event
  if (base64 !== undefined && base64 !== null)
    throw refuse('must be absent: data is written as JSON only', 'data_base64')
  const contentType = String(datacontenttype ?? DATA)
  const mediaType = mediaTypeOf(contentType)
  // A reader would take the body for the whole event.
  if (mediaType === STRUCTURED) throw refuse(`must not be ${STRUCTURED}`, 'datacontenttype')
  if (data !== undefined && !isJson(mediaType))
    throw refuse('must be JSON, as the data is', 'datacontenttype')
  const headers: Record<string, string> = { 'content-type': contentType }
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) headers[`ce-${name}`] = encode(String(value))
  }
  return { headers, body: data === undefined ? '' : jsonOf(data, 'data') }
}

/** A bigint or a circle is none, nor is what would be left out, or written as something else. */
function jsonOf(value: unknown, path?: string): string {
  let text: string | undefined
  try {
    text = JSON.stringify(value, function (this: unknown, _name, item: unknown) {
      if (hasJson(item, Array.isArray(this))) return item
      throw new TypeError('It holds what JSON cannot carry.')
    })
  } catch (cause) {
    throw refuse('must be JSON', path, cause)
  }
  if (text === undefined) throw refuse('must be JSON', path)
  return text
}

/** What `JSON.stringify` writes as an object, whatever it holds. */
const OPAQUE =
  /^\[object (Map|Set|Weak(Map|Set|Ref)|Error|RegExp|Promise|(Shared)?ArrayBuffer|DataView|\w+\d+(Clamped)?Array)\]$/

/** Asked of what a `toJSON` of its own has given. */
function hasJson(value: unknown, isListed: boolean): boolean {
  switch (typeof value) {
    case 'undefined':
      return !isListed
    case 'function':
    case 'symbol':
      return false
    case 'number':
      return Number.isFinite(value)
    default:
      return !isObject(value) || !OPAQUE.test(kindOf(value))
  }
}

/**
 * Reads a CloudEvent from an HTTP message of either mode. The body is refused as `parseJson` of `@base/core/schema`
 * refuses: oversize, too deep, prototype keys, duplicate keys. The attributes of the specification are checked, and
 * one of null is left out. Extensions are as they came, also those of which {@link CloudEvent} says more, for others may
 * have some of the same names; a `version` in a header is a number where it is one. {@link fromCloudEvent} checks them, and
 * what is in `data`.
 *
 * @example
 * const read = await readCloudEvent({ headers: request.headers, body: await request.text() })
 * if (read.ok) fromCloudEvent(read.value, OrderPlaced)
 */
export async function readCloudEvent(
  { headers, body }: ReceivedMessage,
  options: ParseJsonOptions = {},
): Promise<Result<CloudEvent, ValidationError | JsonError>> {
  const content = body ?? ''
  const fields = lowerCase(headers)
  const type = fields.get('content-type')
  const mediaType = type === undefined ? undefined : mediaTypeOf(type)
  if (mediaType === STRUCTURED) {
    const event = await parseJson(unchecked<unknown>(), content, options)
    return event.ok ? checked(event.value) : event
  }
  if (!fields.has('ce-specversion'))
    return err(refuse('must be a CloudEvent: ce- headers, or a structured body'))
  const attributes = attributesIn(fields)
  if (!attributes.ok || content.length === 0) return attributes
  if (mediaType !== undefined && !isJson(mediaType)) return err(refuse('must have data of JSON'))
  const data = await parseJson(unchecked<unknown>(), content, options)
  if (!data.ok) return data
  return ok({ ...attributes.value, datacontenttype: mediaType ?? DATA, data: data.value })
}

function mediaTypeOf(contentType: string): string {
  return contentType.replace(/;.*$/s, '').trim().toLowerCase()
}

function isJson(mediaType: string): boolean {
  return /^application\/(json|[^;]+\+json)$/.test(mediaType)
}

function lowerCase(headers: ReceivedMessage['headers']): ReadonlyMap<string, string> {
  const entries: Iterable<readonly [string, string | readonly string[] | undefined]> =
    Symbol.iterator in headers ? headers : Object.entries(headers)
  const fields = new Map<string, string>()
  for (const [name, value] of entries) {
    const only = Array.isArray(value) && value.length === 1 ? value[0] : value
    if (typeof only === 'string') fields.set(name.toLowerCase(), only)
  }
  return fields
}

/** An event of anybody, as far as all events are alike. */
function checked(received: unknown): Result<CloudEvent, ValidationError> {
  if (!isObject(received) || Array.isArray(received)) return err(refuse('must be an object'))
  const attributes = attributesOf(received as CloudEvent)
  const issues = Array.from(problemsOf(attributes), (issue) => ({ ...issue, code: 'cloudevent' }))
  if (issues.length > 0) return err(new ValidationError({ issues }))
  const present = Object.entries(received).filter(([name, value]) => value !== null || name === 'data')
  return ok(Object.fromEntries(present) as unknown as CloudEvent)
}

function attributesIn(fields: ReadonlyMap<string, string>): Result<CloudEvent, ValidationError> {
  const attributes: [name: string, value: unknown][] = []
  for (const [field, value] of fields) {
    if (!/^ce-[a-z0-9]{1,60}$/.test(field) || field === 'ce-data') continue
    const name = field.slice(3)
    const text = decode(value)
    if (text === undefined) return err(refuse('must be UTF-8, percent-encoded', name))
    attributes.push([name, name === 'version' && isVersion(text) ? Number(text) : text])
  }
  return checked(Object.fromEntries(attributes))
}

/** Percent-encodes what a header cannot carry: all but printable ASCII, and blank, quote and percent (section 3.1.3.2). */
function encode(text: string): string {
  return text.replace(/[^\x21\x23\x24\x26-\x7e]+/gu, (part) =>
    Array.from(
      new TextEncoder().encode(part),
      (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
    ).join(''),
  )
}

/** Undoes quotes, which older senders write, then percent-encoding (section 3.1.3.2); undefined where that is no UTF-8. */
function decode(value: string): string | undefined {
  // A byte order mark is part of the text.
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  try {
    return unquote(value).replace(/(?:%[0-9a-f]{2})+/gi, (part) =>
      utf8.decode(Uint8Array.from(part.slice(1).split('%'), (hex) => Number.parseInt(hex, 16))),
    )
  } catch {
    return undefined
  }
}

/** RFC 7230, section 3.2.6. */
function unquote(value: string): string {
  const quoted = /^"((?:[^"\\]|\\.)*)"$/.exec(value)?.[1]
  return quoted === undefined ? value : quoted.replace(/\\(.)/g, '$1')
}

function refuse(message: string, path = '', cause?: unknown): ValidationError {
  return new ValidationError({
    issues: [{ path, code: 'cloudevent', message }],
    ...(cause !== undefined && { cause }),
  })
}
