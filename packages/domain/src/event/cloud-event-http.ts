import { ValidationError } from '@base/core/errors'
import { err, type Result } from '@base/core/result'
import { type JsonError, type ParseJsonOptions, parseJson, unchecked } from '@base/core/schema'
import type { CloudEvent } from './cloud-event.js'

/** A CloudEvent as an HTTP message: what `fetch` and `Response` take. */
export interface CloudEventMessage {
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  /** JSON; `''` where a binary event has no data. */
  readonly body: string
}

/** Where a received message's parts are. */
export interface ReceivedMessage {
  /** Any case: `Headers`, or a record such as `request.headers` of Node. */
  readonly headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>
  /** The text or the bytes. */
  readonly body: string | Uint8Array
}

const STRUCTURED = 'application/cloudevents+json'
const DATA = 'application/json'

/**
 * A CloudEvent as one JSON document (structured mode): headers and body for `fetch`.
 *
 * @example
 * await fetch('https://example.org/hooks', { method: 'POST', ...toStructured(toCloudEvent(event)) })
 *
 * @see CloudEvents HTTP Protocol Binding 1.0.2, section 3.2
 */
export function toStructured(event: CloudEvent): CloudEventMessage {
  return { headers: { 'content-type': `${STRUCTURED}; charset=utf-8` }, body: JSON.stringify(event) }
}

/**
 * A CloudEvent with its attributes in `ce-` headers and its data alone as the body (binary mode).
 *
 * @see CloudEvents HTTP Protocol Binding 1.0.2, section 3.1
 */
export function toBinary(event: CloudEvent): CloudEventMessage {
  const { data, datacontenttype = DATA, ...attributes } = event
  const headers: Record<string, string> = { 'content-type': datacontenttype }
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) headers[`ce-${name}`] = encode(String(value))
  }
  return { headers, body: data === undefined ? '' : JSON.stringify(data) }
}

/**
 * Reads a CloudEvent from an HTTP message of either mode. The body is refused as `parseJson` of `@base/core/schema`
 * refuses: oversize, too deep, prototype keys, duplicate keys. The attributes are checked by {@link fromCloudEvent}.
 *
 * @example
 * const read = await readCloudEvent({ headers: request.headers, body: await request.text() })
 * if (read.ok) fromCloudEvent(read.value, OrderPlaced)
 */
export async function readCloudEvent(
  { headers, body }: ReceivedMessage,
  options: ParseJsonOptions = {},
): Promise<Result<CloudEvent, ValidationError | JsonError>> {
  const fields = lowerCase(headers)
  const mediaType = fields.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (mediaType === STRUCTURED) return parseJson(unchecked<CloudEvent>(), body, options)
  if (!fields.has('ce-specversion'))
    return err(refuse('must be a CloudEvent: ce- headers, or a structured body'))
  const attributes = attributesOf(fields)
  if (body.length === 0) return { ok: true, value: attributes }
  if (mediaType !== undefined && !/^application\/(json|[^;]+\+json)$/.test(mediaType)) {
    return err(refuse('must have data of JSON'))
  }
  const data = await parseJson(unchecked<unknown>(), body, options)
  return data.ok
    ? { ok: true, value: { ...attributes, datacontenttype: mediaType ?? DATA, data: data.value } }
    : data
}

function lowerCase(headers: ReceivedMessage['headers']): ReadonlyMap<string, string> {
  const entries: Iterable<readonly [string, string | readonly string[] | undefined]> =
    headers instanceof Headers ? headers : Object.entries(headers)
  const fields = new Map<string, string>()
  for (const [name, value] of entries) {
    if (typeof value === 'string') fields.set(name.toLowerCase(), value)
  }
  return fields
}

function attributesOf(fields: ReadonlyMap<string, string>): CloudEvent {
  const attributes = [...fields]
    .filter(([name]) => /^ce-[a-z0-9]{1,60}$/.test(name) && name !== 'ce-data')
    .map(([name, value]) => [name.slice(3), decode(value)])
  return Object.fromEntries(attributes) as CloudEvent
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

function decode(text: string): string {
  const bytes = text.replace(/(?:%[0-9a-f]{2})+/gi, (part) => {
    const octets = Uint8Array.from(part.slice(1).split('%'), (hex) => Number.parseInt(hex, 16))
    return new TextDecoder().decode(octets)
  })
  return bytes
}

function refuse(message: string): ValidationError {
  return new ValidationError({ issues: [{ path: '', code: 'cloudevent', message }] })
}
