import type { Clock } from '../clock/clock.js'
import { systemTime } from '../clock/system-time.js'
import type { ValidationError } from '../errors/validation-error.js'
import { checkFunction, checkOptions, checkSignal, invalidOption } from '../options/options.js'
import { checkSchema } from './check-schema.js'
import { toResult } from './issues.js'
import { nextTurn } from './next-turn.js'
import type { StandardSchemaV1 } from './standard-schema.js'
import { isPromiseLike } from './validate.js'

/** How long the event loop is held at a time, in ms; one item that takes longer holds it for as long as it takes. */
const SLICE = 8

/** Options of {@link validateMany}. */
export interface ValidateManyOptions {
  /** Stops before the next item: it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Measures how long the event loop has been held. @defaultValue systemClock */
  readonly clock?: Pick<Clock, 'monotonic'> | undefined
}

/** What {@link validateMany} found. */
export interface ManyValidated<T> {
  /** The outputs of the items that are valid, in order. */
  readonly valid: T[]
  /** The others, in order. */
  readonly invalid: {
    /** Its place in the input, from 0. */
    readonly index: number
    /** What is wrong with it. */
    readonly error: ValidationError
  }[]
}

/**
 * Validates items one after the other, and lets other work run every 8 ms meanwhile, so that an import of 100,000 rows
 * does not stop a server. The items are read as they are needed: a generator may make them.
 *
 * @example
 * const { valid, invalid } = await validateMany(rowSchema, rows)
 * for (const { index, error } of invalid) console.log(`row ${index + 1}: ${error.message}`)
 *
 * @throws The signal's reason where it aborts; InvalidOptionError where `schema` is none or `inputs` cannot be iterated;
 * and what the code in the schema or a generator throws. All as rejections.
 */
export async function validateMany<T>(
  schema: StandardSchemaV1<unknown, T>,
  inputs: Iterable<unknown>,
  options: ValidateManyOptions = {},
): Promise<ManyValidated<T>> {
  const { clock = systemTime } = checkOptions(options, WHERE)
  const signal = checkSignal(options.signal, { ...WHERE, option: 'signal' })
  const standard = checkSchema(schema, 'validateMany')
  checkInputs(inputs)
  checkFunction(clock?.monotonic, { ...WHERE, option: 'clock.monotonic' })
  const found: ManyValidated<T> = { valid: [], invalid: [] }
  let index = 0
  let end = clock.monotonic() + SLICE
  signal?.throwIfAborted()
  for (const input of inputs) {
    const said = standard.validate(input)
    const result = toResult(isPromiseLike(said) ? await said : said)
    if (result.ok) found.valid.push(result.value)
    else found.invalid.push({ index, error: result.error })
    index++
    if (clock.monotonic() >= end) {
      await nextTurn()
      end = clock.monotonic() + SLICE
    }
    signal?.throwIfAborted()
  }
  return found
}

const WHERE = { package: '@base/core', pattern: 'validateMany' } as const

function checkInputs(inputs: unknown): void {
  const iterator = (inputs as Partial<Iterable<unknown>> | null | undefined)?.[Symbol.iterator]
  // A text can be iterated, and nobody means that.
  if (typeof inputs === 'string' || typeof iterator !== 'function')
    throw invalidOption(inputs, { ...WHERE, option: 'inputs' }, 'an array or another iterable')
}
