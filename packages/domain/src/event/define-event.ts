import { type Clock, systemClock } from '@base/core/clock'
import { correlationId } from '@base/core/context'
import { uuidv7 } from '@base/core/id'
import { isBuiltIn } from '@base/core/kind'
import { checkInteger, checkMethods, checkOptions, checkText, invalidOption } from '@base/core/options'
import { unwrap } from '@base/core/result'
import { type StandardSchemaV1, validateSync } from '@base/core/schema'
import { placeOf } from '../place.js'
import { frozenCopy } from '../value-object/frozen-copy.js'
import { causationId } from './causation.js'
import type { DomainEvent } from './domain-event.js'

const at = /* @__PURE__ */ placeOf('defineEvent')

/** What an event may be given beside its payload; what is missing is filled in. */
export interface EventMeta {
  /** What the event is known by. @defaultValue a new UUIDv7 */
  readonly id?: string | undefined
  /** When it happened, a valid date of the years 0 to 9999. @defaultValue now */
  readonly occurredAt?: Date | undefined
  /** To what it happened. @defaultValue none; an aggregate that records the event fills it in */
  readonly aggregateId?: string | undefined
  /** The version that the aggregate has with it. @defaultValue none; an aggregate that records the event fills it in */
  readonly version?: number | undefined
  /** What it belongs to. @defaultValue the `correlationId` in context, unless it is empty */
  readonly correlationId?: string | undefined
  /** What directly led to it. @defaultValue the `causationId` in context, unless it is empty */
  readonly causationId?: string | undefined
  /** Source of the time where `occurredAt` is missing. @defaultValue systemClock */
  readonly clock?: Clock | undefined
}

/** Makes events of one type: see {@link defineEvent}. */
export interface EventDefinition<Type extends string, Payload, Input = Payload> {
  /**
   * A new event, deeply frozen. Texts in `meta` are not empty, and the version is an integer from 0; what is undefined is as
   * if it were missing.
   *
   * @throws ValidationError where the payload does not fit the schema; InvalidOptionError naming what is wrong in `meta`.
   */
  (payload: Input, meta?: EventMeta): DomainEvent<Type, Payload>
  /** What happened: `'order.placed'`. */
  readonly type: Type
  /** What a payload looks like. */
  readonly schema: StandardSchemaV1<Input, Payload>
  /** Whether an event is of this type. It does not look at the payload. */
  is(event: DomainEvent): event is DomainEvent<Type, Payload>
}

/**
 * Declares an event: its type, and the schema of its payload (any Standard Schema: zod, valibot, arktype, or
 * `unchecked<Payload>()`), which must be synchronous.
 *
 * @example
 * import { unchecked } from '@base/core/schema'
 *
 * const OrderPlaced = defineEvent('order.placed', unchecked<{ total: number }>())
 * const event = OrderPlaced({ total: 1999 })
 * event.payload.total // 1999
 * OrderPlaced.is(event) // true
 *
 * @throws InvalidOptionError where the type is no text, or empty, or the schema is none.
 */
export function defineEvent<const Type extends string, Input, Payload>(
  type: Type,
  schema: StandardSchemaV1<Input, Payload>,
): EventDefinition<Type, Payload, Input> {
  checkText(type, at('type'))
  if (typeof schema?.['~standard']?.validate !== 'function')
    throw invalidOption(schema, at('schema'), 'a Standard Schema')
  const create = (payload: Input, meta: EventMeta = {}): DomainEvent<Type, Payload> => {
    const checked = unwrap(validateSync(schema, payload))
    const { id, clock, occurredAt, aggregateId, version } = checkedMeta(meta)
    return eventOf(type, checked, {
      id,
      clock,
      occurredAt,
      aggregateId,
      version,
      // In context it may be what an empty header says.
      correlationId: meta.correlationId ?? (correlationId.get() || undefined),
      causationId: meta.causationId ?? (causationId.get() || undefined),
    })
  }
  const is = (event: DomainEvent): event is DomainEvent<Type, Payload> => event.type === type
  return Object.freeze(Object.assign(create, { type, schema, is }))
}

const TEXTS = ['id', 'aggregateId', 'correlationId', 'causationId'] as const

/** What `fromCloudEvent` would refuse is not sent. @throws InvalidOptionError naming it. */
function checkedMeta(meta: EventMeta): EventMeta {
  const { version, occurredAt, clock } = checkOptions(meta, at('meta'))
  for (const name of TEXTS) if (meta[name] !== undefined) checkText(meta[name], at(`meta.${name}`))
  if (version !== undefined) checkInteger(version, at('meta.version'))
  if (occurredAt !== undefined && !isTime(occurredAt))
    throw invalidOption(occurredAt, at('meta.occurredAt'), 'a valid date of the years 0 to 9999')
  if (clock !== undefined) checkMethods(clock, ['now'], at('meta.clock'))
  return meta
}

// `Date.UTC(0, 0)` is in 1900.
const YEAR_0 = Date.UTC(-1, 12)
const YEAR_10000 = Date.UTC(10_000, 0)

/** What RFC 3339 can write, which has four digits for the year. */
function isTime(value: unknown): boolean {
  return isBuiltIn(value, 'Date') && +value >= YEAR_0 && +value < YEAR_10000
}

/** An event of a checked payload: the one place where its fields are put together. */
export function eventOf<Type extends string, Payload>(
  type: Type,
  payload: Payload,
  { id = uuidv7(), clock = systemClock, occurredAt = new Date(clock.now()), ...optional }: EventMeta,
): DomainEvent<Type, Payload> {
  const { aggregateId, version, correlationId, causationId } = optional
  return frozenCopy({
    id,
    type,
    payload,
    occurredAt,
    ...(aggregateId !== undefined && { aggregateId }),
    ...(version !== undefined && { version }),
    ...(correlationId !== undefined && { correlationId }),
    ...(causationId !== undefined && { causationId }),
  })
}
