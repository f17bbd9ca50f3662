import { isAbortSignal } from '../abort/is-abort-signal.js'
import { InvalidOptionError } from '../errors/invalid-option-error.js'

/** Whose option is checked, for the message. */
export interface OptionPlace {
  /** The package that reads it: `'@base/resilience'`. */
  readonly package: string
  /** The class or function that reads it: `'CircuitBreaker'`. */
  readonly pattern?: string | undefined
  /** The option's name, dotted where it is nested: `'window.size'`. */
  readonly option: string
}

/** Whose options {@link checkOptions} checks. */
export interface OptionsPlace extends Omit<OptionPlace, 'option'> {
  /** Their name, where they are nested in others. @defaultValue 'options' */
  readonly option?: string
}

/** What {@link checkInteger} allows. */
export interface IntegerRules extends OptionPlace {
  /** The smallest. @defaultValue 0 */
  readonly min?: number | undefined
  /** The largest. @defaultValue 2^53 − 1 */
  readonly max?: number | undefined
  /** Whether `Infinity` is allowed, for an option where it means "no limit". @defaultValue false */
  readonly infinity?: boolean | undefined
}

/** What {@link checkNumber} allows. */
export interface NumberRules extends OptionPlace {
  /** The smallest, or with `above` what it must be greater than. @defaultValue 0 */
  readonly min?: number | undefined
  /** Whether `min` itself is refused. @defaultValue false */
  readonly above?: boolean | undefined
  /** The largest. @defaultValue none, but finite */
  readonly max?: number | undefined
}

/** What {@link checkText} allows. */
export interface TextRules extends OptionPlace {
  /** The most UTF-16 units. @defaultValue no limit */
  readonly maxLength?: number | undefined
}

/**
 * The value, if it is an integer within the range.
 *
 * @example
 * const where = { package: 'my-service', pattern: 'Uploads' }
 * checkInteger(3, { ...where, option: 'maxParts', min: 1 }) // 3
 *
 * @throws {@link InvalidOptionError} naming package, pattern, option, range and what came.
 */
export function checkInteger(value: unknown, rules: IntegerRules): number {
  const { min = 0, max = Number.MAX_SAFE_INTEGER, infinity = false } = rules
  if (Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max) {
    // −0 is a zero; it must not show in a message or a sum.
    return (value as number) + 0
  }
  if (infinity && value === Number.POSITIVE_INFINITY) return value
  const range = max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`
  throw invalidOption(value, rules, `an integer ${range}${infinity ? ', or Infinity' : ''}`)
}

/**
 * The value, if it is a finite number within the range.
 *
 * @example
 * checkNumber(0.5, { package: 'my-service', option: 'rate', above: true, max: 1 }) // 0.5
 *
 * @throws {@link InvalidOptionError} naming package, pattern, option, range and what came.
 */
export function checkNumber(value: unknown, rules: NumberRules): number {
  const { min = 0, above = false, max } = rules
  const fits = Number.isFinite(value) && (above ? (value as number) > min : (value as number) >= min)
  if (fits && (max === undefined || (value as number) <= max)) return (value as number) + 0
  const from = above ? `above ${min}` : `from ${min}`
  throw invalidOption(value, rules, `a number ${from}${max === undefined ? '' : ` to ${max}`}`)
}

/**
 * The value, if it is a text that is not empty.
 *
 * @throws {@link InvalidOptionError} naming package, pattern, option and what came.
 */
export function checkText(value: unknown, rules: TextRules): string {
  const { maxLength = Number.POSITIVE_INFINITY } = rules
  if (typeof value === 'string' && value !== '' && value.length <= maxLength) return value
  const limit = Number.isFinite(maxLength) ? ` and no longer than ${maxLength} characters` : ''
  throw invalidOption(value, rules, `a text that is not empty${limit}`)
}

/**
 * The value, if it is `true` or `false`.
 *
 * @throws {@link InvalidOptionError} naming package, pattern, option and what came.
 */
export function checkBoolean(value: unknown, place: OptionPlace): boolean {
  if (typeof value === 'boolean') return value
  throw invalidOption(value, place, 'true or false')
}

/**
 * The value, if it is a function.
 *
 * @throws {@link InvalidOptionError} naming package, pattern, option and what came.
 */
export function checkFunction<F extends (...args: never[]) => unknown>(
  value: F | undefined,
  place: OptionPlace,
): F {
  if (typeof value === 'function') return value
  throw invalidOption(value, place, 'a function')
}

/**
 * The value, if it is an object with all these methods, such as a clock or a port that somebody implements.
 *
 * @example
 * checkMethods(systemClock, ['now', 'schedule'], { package: 'my-service', option: 'clock' }) // systemClock
 *
 * @throws {@link InvalidOptionError} naming package, pattern, option, the methods and what came.
 */
export function checkMethods<T extends object>(
  value: T | undefined,
  methods: readonly (keyof T & string)[],
  place: OptionPlace,
): T {
  const candidate = value ?? ({} as T)
  if (methods.every((method) => typeof candidate[method] === 'function')) return candidate
  throw invalidOption(value, place, `an object with the methods ${methods.join(', ')}`)
}

/**
 * The value, if it is a signal or `undefined`: the controller in its place would be one that never aborts.
 *
 * @example
 * checkSignal(AbortSignal.timeout(5_000), { package: 'my-service', pattern: 'Uploads', option: 'signal' })
 *
 * @throws {@link InvalidOptionError} naming package, pattern, option and what came.
 */
export function checkSignal(value: unknown, place: OptionPlace): AbortSignal | undefined {
  if (value === undefined || isAbortSignal(value)) return value
  throw invalidOption(value, place, 'an AbortSignal')
}

/**
 * The value, if it is one of those listed.
 *
 * @example
 * checkOneOf('race', ['race', 'cooperative'], { package: 'my-service', option: 'strategy' }) // 'race'
 *
 * @throws {@link InvalidOptionError} naming package, pattern, option, those listed and what came.
 */
export function checkOneOf<const T extends string | number>(
  value: unknown,
  allowed: readonly T[],
  place: OptionPlace,
): T {
  if (allowed.includes(value as T)) return value as T
  throw invalidOption(value, place, `one of ${allowed.map((one) => JSON.stringify(one)).join(', ')}`)
}

/**
 * The options, if they are an object, of whatever class. What somebody passes in place of them, such as the `signal` itself, would
 * be taken for options of which none is given. A text is not shown, for it may be a secret.
 *
 * @example
 * class Uploads {
 *   constructor(options: UploadsOptions = {}) {
 *     const { parts = 4 } = checkOptions(options, { package: 'my-service', pattern: 'Uploads' })
 *   }
 * }
 * new Uploads(8) // InvalidOptionError: my-service Uploads: options must be an object, received 8.
 *
 * @throws {@link InvalidOptionError} naming package, pattern, option and what came.
 */
export function checkOptions<T extends object>(options: T, place: OptionsPlace): T {
  let received: unknown = options
  if (options instanceof AbortSignal) received = 'an AbortSignal'
  else if (typeof options === 'string') received = 'a text'
  else if (typeof options === 'object' && options !== null && !Array.isArray(options)) return options
  throw invalidOption(received, { option: 'options', ...place }, 'an object')
}

/** The error of an option that is none of the above, with what is allowed, to follow "must be". */
export function invalidOption(received: unknown, place: OptionPlace, allowed: string): InvalidOptionError {
  const { package: owner, pattern, option } = place
  return new InvalidOptionError({
    package: owner,
    option,
    allowed,
    received,
    ...(pattern !== undefined && { pattern }),
  })
}
