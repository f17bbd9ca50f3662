import { checkFunction, checkOptions, invalidOption, type OptionPlace } from '../options/options.js'
import { err, ok } from '../result/ok-err.js'
import type { Result } from '../result/result.js'
import type { Brand } from './brand.js'
import { InvalidIdError } from './invalid-id-error.js'
import { suffixOfUuid, uuidOfSuffix } from './typed-id-suffix.js'
import { isUuid, parseUuid, uuidv7 } from './uuid.js'

const PREFIX = /^(?:[a-z](?:[a-z_]{0,61}[a-z])?)?$/
const SUFFIX: RegExp = /* @__PURE__ */ new RegExp(`^[0-7]${'[0-9a-hjkmnp-tv-z]'.repeat(25)}$`)

/** An id with its type in front: `'order_01jgfjjz00f0k8q5z3n2v7x9ab'`. */
export type TypedId<Prefix extends string> = Brand<
  Prefix extends '' ? string : `${Prefix}_${string}`,
  `${Prefix} id`
>

/** Options of {@link typedId}. */
export interface TypedIdOptions {
  /**
   * Makes the UUID of a new id: one of `createUuidv7`, in tests. `create` refuses what is none with an InvalidOptionError.
   * @defaultValue uuidv7
   */
  readonly uuid?: (() => string) | undefined
}

/** The ids of one type, made by {@link typedId}. Its functions may be passed on alone. */
export interface TypedIds<Prefix extends string> {
  /** What its ids begin with. */
  readonly prefix: Prefix
  /** A new id, greater than all before it in this thread; with `uuid`, as far as its UUIDs are. */
  readonly create: () => TypedId<Prefix>
  /** An id from outside. Lower case only, as the specification has it. Never throws. */
  readonly parse: (value: unknown) => Result<TypedId<Prefix>, InvalidIdError>
  /** Whether a value is an id of this type. */
  readonly is: (value: unknown) => value is TypedId<Prefix>
  /** The id of a UUID of any version: one out of a `uuid` column. */
  readonly fromUuid: (uuid: string) => Result<TypedId<Prefix>, InvalidIdError>
  /**
   * The UUID of an id, in lower case: one for a `uuid` column.
   *
   * @throws InvalidIdError for what is no id of this type, for its UUID would be another row's.
   */
  readonly toUuid: (id: TypedId<Prefix>) => string
}

/**
 * Ids that tell their type: a prefix, and a UUID of version 7 in 26 characters. An order's id in a user's place is seen
 * by people, by the compiler, and by `parse`.
 *
 * @param prefix - Up to 63 of `a` to `z` and `_`, which stands neither first nor last; `''` for none.
 *
 * @example
 * const orderId = typedId('order')
 * orderId.create() // 'order_01jgfjjz00f0k8q5z3n2v7x9ab'
 * orderId.parse('user_01jgfjjz00f0k8q5z3n2v7x9ab').ok // false
 *
 * @throws InvalidOptionError for another prefix.
 * @see https://github.com/jetify-com/typeid, specification 0.3
 */
export function typedId<const Prefix extends string>(
  prefix: Prefix,
  options: TypedIdOptions = {},
): TypedIds<Prefix> {
  if (typeof prefix !== 'string' || !PREFIX.test(prefix)) {
    const allowed = "up to 63 of a to z and _, which is neither first nor last, or ''"
    throw invalidOption(prefix, place('prefix'), allowed)
  }
  const { uuid } = checkOptions(options, place('options'))
  return idsOf(prefix, uuid === undefined ? uuidv7 : checkedUuid(uuid))
}

/** Of anything but a UUID the ids would be no ids, or the same. */
function checkedUuid(uuid: () => string): () => string {
  checkFunction(uuid, place('uuid'))
  return () => {
    const made = uuid()
    if (!isUuid(made)) throw invalidOption(made, place('uuid()'), 'a UUID')
    return made
  }
}

/** Closures, not methods: `create` and `is` are passed on as they are, as a column's default or to `filter`. */
function idsOf<Prefix extends string>(prefix: Prefix, uuid: () => string): TypedIds<Prefix> {
  const start = prefix === '' ? '' : `${prefix}_`
  const of = (id: string) => (start + suffixOfUuid(id)) as TypedId<Prefix>
  const is = (value: unknown): value is TypedId<Prefix> =>
    typeof value === 'string' && value.startsWith(start) && SUFFIX.test(value.slice(start.length))
  return {
    prefix,
    create: () => of(uuid()),
    is,
    parse: (value) => (is(value) ? ok(value) : err(refusal(prefix, start, value))),
    fromUuid: (id) => {
      const parsed = parseUuid(id)
      return parsed.ok ? ok(of(parsed.value)) : parsed
    },
    toUuid: (id) => {
      if (!is(id)) throw refusal(prefix, start, id)
      return uuidOfSuffix(id.slice(start.length))
    },
  }
}

function refusal(prefix: string, start: string, value: unknown): InvalidIdError {
  const expected = prefix === '' ? 'an id without a prefix' : `an id of '${prefix}'`
  if (typeof value !== 'string') return new InvalidIdError(expected, 'it must be a text')
  if (!value.startsWith(start)) return new InvalidIdError(expected, `the prefix must be '${prefix}'`)
  const subject = prefix === '' ? 'it' : 'the rest'
  const digits = "26 digits of Crockford's base 32 in lower case, the first at most 7"
  return new InvalidIdError(expected, `${subject} must be ${digits}`)
}

function place(option: string): OptionPlace {
  return { package: '@base/core', pattern: 'typedId', option }
}
