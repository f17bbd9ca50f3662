import { InvalidOptionError } from '../errors/invalid-option-error.js'

/** Milliseconds in each unit, the largest first. */
export const UNITS: readonly (readonly [unit: DurationUnit, milliseconds: number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
]

/** Milliseconds, seconds, minutes, hours, days of 24 hours. */
export type DurationUnit = 'ms' | 's' | 'm' | 'h' | 'd'

/**
 * A length of time: whole milliseconds, or a text with a unit, such as `'250ms'`, `'30s'`, `'5m'`, `'2h'`, `'7d'`.
 * Never negative.
 */
export type Duration = number | `${number}${DurationUnit}`

/** Whose duration it is, for the message, and what is allowed beside the usual. */
export interface DurationRules {
  /** The package that reads it. @defaultValue '@base/core' */
  readonly package?: string | undefined
  /** The class or function that reads it. @defaultValue 'toMilliseconds' */
  readonly pattern?: string | undefined
  /** The option's name. @defaultValue 'duration' */
  readonly option?: string | undefined
  /** Whether 0 is refused. @defaultValue false */
  readonly positive?: boolean | undefined
  /** Whether `Infinity` is allowed, for an option where it means "never". @defaultValue false */
  readonly infinity?: boolean | undefined
}

/**
 * The milliseconds of a duration, a whole number from 0.
 *
 * Decimals are fine as long as whole milliseconds come out: `'1.5s'` is 1500, `'0.5ms'` is refused. So are negative
 * numbers, NaN, numbers beyond 2^53 − 1, texts without a unit, with spaces, signs, exponents or other cases.
 *
 * @example
 * toMilliseconds('30s') // 30000
 * toMilliseconds(250) // 250
 * toMilliseconds(Number.POSITIVE_INFINITY, { option: 'wait', infinity: true }) // Infinity
 *
 * @throws {@link InvalidOptionError} naming package, pattern and option.
 */
export function toMilliseconds(duration: Duration, rules: DurationRules = {}): number {
  const milliseconds = read(duration)
  if (milliseconds >= (rules.positive === true ? 1 : 0)) return milliseconds
  if (duration === Number.POSITIVE_INFINITY && rules.infinity === true) return duration
  throw refuse(duration, rules)
}

/**
 * Whether a value is a duration that {@link toMilliseconds} takes: for what comes from outside, such as a setting. A text
 * that it is true of has that type; of others the type says no more than before, for `-5` and `NaN` are numbers too.
 *
 * @example
 * isDuration('30s') // true
 * isDuration('30') // false, for it has no unit
 * z.string().refine(isDuration, 'must be a duration')
 */
export function isDuration(value: string): value is Extract<Duration, string>
export function isDuration(value: unknown): boolean
// A schema's refine is typed by the last one.
export function isDuration(value: string): value is Extract<Duration, string>
export function isDuration(value: unknown): boolean {
  return read(value) >= 0
}

/** The milliseconds of a duration; NaN for what is none. */
function read(value: unknown): number {
  const milliseconds = typeof value === 'string' ? parse(value) : value
  // −0 is a zero; it must not show in a message or a sum.
  return Number.isSafeInteger(milliseconds) ? (milliseconds as number) + 0 : Number.NaN
}

const FORM = /^(\d{1,16})(?:\.(\d{1,9}))?(ms|s|m|h|d)$/

function parse(text: string): number {
  const [, whole, decimals = '', unit] = FORM.exec(text) ?? []
  const factor = UNITS.find(([name]) => name === unit)?.[1]
  if (factor === undefined) return Number.NaN
  // In whole numbers, for 1.005 * 1000 is not 1005 in floating point.
  const fraction = Number(decimals) * factor
  const scale = 10 ** decimals.length
  return fraction % scale === 0 ? Number(whole) * factor + fraction / scale : Number.NaN
}

function refuse(received: unknown, rules: DurationRules): InvalidOptionError {
  const {
    package: owner = '@base/core',
    pattern = 'toMilliseconds',
    option = 'duration',
    positive,
    infinity,
  } = rules
  const from = positive === true ? 'more than 0' : 'at least 0'
  const never = infinity === true ? ', or Infinity' : ''
  const allowed = `${from}, in whole milliseconds or a text such as '250ms', '30s', '5m', '2h', '7d'${never}`
  return new InvalidOptionError({ package: owner, pattern, option, allowed, received })
}
