import { AppError } from './app-error.js'
import { toPublicText } from './public-text.js'

/** Options of {@link InvalidOptionError}. */
export interface InvalidOptionErrorOptions {
  /** The package that refuses: `'@base/resilience'`. */
  readonly package: string
  /** The class or function in it: `'CircuitBreaker'`. */
  readonly pattern?: string | undefined
  /** The option's name, dotted where it is nested: `'window.size'`. */
  readonly option: string
  /** What is allowed, to follow "must be": `'an integer from 1'`. */
  readonly allowed: string
  /** What came. Numbers and short texts are shown, but for the secrets of a URL; everything else by its type. Give no secret here. */
  readonly received: unknown
  /** What led to it. */
  readonly cause?: unknown
}

/**
 * An option or argument is not allowed. Thrown where it is passed in, before anything happens.
 * Code `INVALID_OPTION`, kind `invalid`; details `{ package, option, allowed }`.
 *
 * @example
 * throw new InvalidOptionError({ package: '@base/core', pattern: 'TestClock', option: 'now', allowed: 'a finite number', received: NaN })
 * // InvalidOptionError: @base/core TestClock: now must be a finite number, received NaN.
 */
export class InvalidOptionError extends AppError {
  constructor(options: InvalidOptionErrorOptions) {
    const {
      package: owner,
      pattern,
      option,
      allowed,
      received,
      cause,
    }: InvalidOptionErrorOptions = Object(options)
    const subject = pattern === undefined ? owner : `${owner} ${pattern}`
    super({
      ...(cause !== undefined && { cause }),
      code: 'INVALID_OPTION',
      kind: 'invalid',
      message: `${subject}: ${option} must be ${allowed}, received ${describe(received)}.`,
      details: { package: owner, ...(pattern !== undefined && { pattern }), option, allowed },
    })
  }
}

const SHOWN_TEXT = 40

function describe(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value.length > SHOWN_TEXT
        ? `a text of ${value.length} characters`
        : JSON.stringify(toPublicText(value))
    case 'bigint':
      return `${value}n`
    case 'object':
      if (value === null) return 'null'
      return Array.isArray(value) ? `an array of ${value.length}` : 'an object'
    case 'function':
      return 'a function'
    case 'symbol':
      return 'a symbol'
    default:
      return Object.is(value, -0) ? '-0' : String(value)
  }
}
