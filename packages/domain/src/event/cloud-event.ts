import { ValidationError, type ValidationIssue } from '@base/core/errors'
import { checkOptions, checkText } from '@base/core/options'
import { unwrap } from '@base/core/result'
import { validateSync } from '@base/core/schema'
import { placeOf } from '../place.js'
import { isCalendarDay } from '../value-object/calendar-day.js'
import { isObject } from '../value-object/object-kind.js'
import { type EventDefinition, eventOf } from './define-event.js'
import type { DomainEvent } from './domain-event.js'

/**
 * An event in the form of CloudEvents 1.0, which brokers and other languages understand.
 *
 * @see CloudEvents 1.0.2, "Context Attributes"
 */
export interface CloudEvent<Data = unknown> {
  /** Always `'1.0'`. */
  readonly specversion: '1.0'
  /** Unique together with `source`. */
  readonly id: string
  /** Where it comes from: a URI reference. */
  readonly source: string
  /** What happened. */
  readonly type: string
  /** When it happened: RFC 3339, to the millisecond. */
  readonly time?: string
  /** To what it happened. */
  readonly subject?: string
  /** The media type of `data`. */
  readonly datacontenttype?: string
  /** What there is to know of it. */
  readonly data?: Data
  /** Extension: to what it happened. */
  readonly aggregateid?: string
  /** Extension: the version that the aggregate has with it. */
  readonly version?: number
  /** Extension: what it belongs to. */
  readonly correlationid?: string
  /** Extension: what directly led to it. */
  readonly causationid?: string
  /** Extensions of others: lower-case names, plain values. */
  readonly [extension: string]: unknown
}

/** Options of {@link toCloudEvent}. */
export interface CloudEventOptions {
  /** Where the event comes from: a URI reference, such as `'/orders'` or `'https://orders.example.org'`. @defaultValue '/' */
  readonly source?: string | undefined
}

/**
 * A domain event as a CloudEvent: its payload is `data`, its other fields are attributes, in lower case as the
 * specification wants them; the aggregate's id is the `subject` as well.
 *
 * @example
 * toCloudEvent(OrderPlaced({ total: 1999 }), { source: '/orders' })
 * // { specversion: '1.0', id: '…', source: '/orders', type: 'order.placed', time: '…', data: { total: 1999 }, … }
 *
 * @throws InvalidOptionError where the source is no text, or empty.
 */
export function toCloudEvent<E extends DomainEvent>(
  event: E,
  options: CloudEventOptions = {},
): CloudEvent<E['payload']> {
  const at = placeOf('toCloudEvent')
  const { source = '/' } = checkOptions(options, at('options'))
  const { id, type, payload, occurredAt, aggregateId, version, correlationId, causationId } = event
  return {
    specversion: '1.0',
    id,
    source: checkText(source, at('source')),
    type,
    time: occurredAt.toISOString(),
    datacontenttype: 'application/json',
    ...(aggregateId !== undefined && { subject: aggregateId, aggregateid: aggregateId }),
    ...(version !== undefined && { version }),
    ...(correlationId !== undefined && { correlationid: correlationId }),
    ...(causationId !== undefined && { causationid: causationId }),
    data: payload,
  }
}

/**
 * The domain event of a CloudEvent, which may come from anywhere: it is checked, and with a definition its payload too.
 * Nothing is taken from the context here. A time finer than a millisecond is cut; without one, the event happened at
 * its arrival. An attribute of null is one that is not there; `data_base64` is refused.
 *
 * @example
 * const event = fromCloudEvent(received, OrderPlaced)
 * event.payload.total
 *
 * @throws ValidationError naming every attribute that is missing or wrong, or what in the payload does not fit.
 */
export function fromCloudEvent<Type extends string, Payload, Input>(
  cloudEvent: unknown,
  definition: EventDefinition<Type, Payload, Input>,
): DomainEvent<Type, Payload>
export function fromCloudEvent<Payload = unknown>(cloudEvent: unknown): DomainEvent<string, Payload>
export function fromCloudEvent(
  cloudEvent: unknown,
  definition?: EventDefinition<string, unknown, unknown>,
): DomainEvent {
  const received = (isObject(cloudEvent) ? cloudEvent : {}) as CloudEvent
  const attributes = attributesOf(received)
  const issues = [...problemsOf(attributes), ...problemsOfOurs(attributes, definition?.type)]
  if (issues.length > 0) throw new ValidationError({ issues })
  const { id, type, time, subject, aggregateid = subject, version, correlationid, causationid } = attributes
  const { data } = received
  const payload = definition === undefined ? data : unwrap(validateSync(definition.schema, data))
  return eventOf(type, payload, {
    id,
    occurredAt: time === undefined ? undefined : new Date(time),
    aggregateId: aggregateid,
    version: version === undefined ? undefined : Number(version),
    correlationId: correlationid,
    causationId: causationid,
  })
}

const REQUIRED = ['id', 'source', 'type'] as const
const OPTIONAL = ['subject', 'datacontenttype'] as const
const OURS = ['aggregateid', 'correlationid', 'causationid'] as const
const ATTRIBUTES = [
  'specversion',
  ...REQUIRED,
  'time',
  ...OPTIONAL,
  'version',
  ...OURS,
  'data_base64',
] as const

/** The attributes that mean something here. Null unsets one (CloudEvents JSON format 1.0.2, section 2.2). */
export function attributesOf(received: CloudEvent): CloudEvent {
  return Object.fromEntries(ATTRIBUTES.map((name) => [name, received[name] ?? undefined])) as CloudEvent
}

/** RFC 3339, section 5.6: the day, and an hour that is not 24. */
const TIME = /^(\d{4}-\d{2}-\d{2})T(?!24)\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/i

/** A second that RFC 3339 has and `Date` has not. */
const LEAP = /:60(?=[.Z+-])/i

/** What in attributes is not as the specification says. */
export function* problemsOf(attributes: CloudEvent): Iterable<ValidationIssue> {
  if (attributes.specversion !== '1.0') yield { path: 'specversion', message: "must be '1.0'" }
  for (const name of REQUIRED) {
    if (!isText(attributes[name])) yield { path: name, message: 'must be a text that is not empty' }
  }
  yield* textProblemsOf(attributes, OPTIONAL)
  const { time } = attributes
  if (time !== undefined && !isTime(time)) yield { path: 'time', message: 'must be a time of RFC 3339' }
}

/** What does not fit an event of ours; in our extensions too, for others may have some of the same names. */
function* problemsOfOurs(attributes: CloudEvent, expected: string | undefined): Iterable<ValidationIssue> {
  yield* textProblemsOf(attributes, OURS)
  const { time, type, version, data_base64: base64 } = attributes
  if (version !== undefined && !isVersion(version))
    yield { path: 'version', message: 'must be an integer from 0' }
  if (isText(time) && LEAP.test(time)) yield { path: 'time', message: 'must not be a leap second' }
  if (base64 !== undefined)
    yield { path: 'data_base64', message: 'must be absent: data is read as JSON only' }
  if (expected !== undefined && type !== expected) yield { path: 'type', message: `must be '${expected}'` }
}

function* textProblemsOf(attributes: CloudEvent, names: readonly string[]): Iterable<ValidationIssue> {
  for (const name of names) {
    const value = attributes[name]
    if (value !== undefined && !isText(value))
      yield { path: name, message: 'must be a text that is not empty' }
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isTime(value: unknown): boolean {
  if (typeof value !== 'string') return false
  const withDate = value.replace(LEAP, ':59')
  if (Number.isNaN(Date.parse(withDate))) return false
  const day = TIME.exec(withDate)?.[1]
  return day !== undefined && isCalendarDay(day)
}

/** A header carries it as text. */
export function isVersion(value: unknown): boolean {
  return (
    (typeof value === 'string' && /^\d{1,15}$/.test(value)) ||
    (Number.isSafeInteger(value) && (value as number) >= 0)
  )
}
