import type { Codec } from '@base/core/codec'
import {
  AppError,
  type AppErrorOptions,
  isAppError,
  UnsupportedError,
  ValidationError,
  type ValidationIssue,
} from '@base/core/errors'
import { err } from '@base/core/result'
import { IdempotencyResultUnavailableError } from './errors.js'

/** The most bytes of an outcome in UTF-8: 1 MiB. */
const MAX_BYTES = 2 ** 20

const VALUE = 'v'
/** An error that was thrown. */
const ERROR = 'e'
/** An error that was returned: a `Result`. */
const REFUSAL = 'r'

/**
 * The text of a value; `undefined` where it takes more than 1 MiB. Of a `Result` with an error of `@base`, which no codec
 * carries unless it was told of its class, the text is that of the error.
 *
 * @throws UnsupportedError for what the codec does not carry.
 */
export function textOfValue(codec: Codec, value: unknown): string | undefined {
  try {
    return unlessTooLarge(VALUE + textBy(codec, value))
  } catch (error) {
    const { ok, error: refusal } = (value ?? {}) as { ok?: unknown; error?: unknown }
    if (ok !== false || !isAppError(refusal)) throw error
    return textOfError(codec, refusal, REFUSAL)
  }
}

/**
 * The text of an error: its code, kind, message and facts. Facts that the codec does not carry are left out; there is no
 * text where it carries nothing of it, or where it takes more than 1 MiB. It never throws, for the error is to be thrown.
 */
export function textOfError(codec: Codec, error: AppError, tag: string = ERROR): string | undefined {
  for (const content of [withFacts, plain]) {
    try {
      return unlessTooLarge(tag + textBy(codec, content(error)))
    } catch {
      // With less, or without a text.
    }
  }
  return undefined
}

function plain({ code, kind, message, retryAfter }: AppError): object {
  return { code, kind, message, ...defined({ retryAfter }) }
}

function withFacts(error: AppError): object {
  const { details, issues } = error as { details?: unknown; issues?: unknown }
  return { ...plain(error), ...defined({ details, issues }) }
}

/**
 * The value of a text.
 *
 * @throws AppError the error, where it is the text of one; {@link IdempotencyResultUnavailableError} where there is no text,
 * or none that can be read, such as that of another version.
 */
export function outcomeOf(codec: Codec, text: string | undefined): unknown {
  if (text === undefined) throw new IdempotencyResultUnavailableError()
  const { value, error } = read(codec, text)
  if (error !== undefined) throw error
  return value
}

function read(codec: Codec, text: string): { readonly value?: unknown; readonly error?: AppError } {
  try {
    const content = codec.decode(text.slice(1))
    if (text.startsWith(VALUE)) return { value: content }
    if (text.startsWith(REFUSAL)) return { value: err(errorOf(content as StoredError)) }
    if (text.startsWith(ERROR)) return { error: errorOf(content as StoredError) }
    throw new TypeError('The outcome has a form that is not known.')
  } catch (cause) {
    throw new IdempotencyResultUnavailableError({ cause })
  }
}

type StoredError = AppErrorOptions & { readonly issues?: readonly ValidationIssue[] }

function errorOf(stored: StoredError): AppError {
  const { issues, kind, code } = stored
  if (typeof code !== 'string') throw new TypeError('The outcome is no error.')
  const isValidation = kind === 'invalid' && Array.isArray(issues)
  return isValidation ? new ValidationError({ ...stored, issues }) : new AppError(stored)
}

/** @throws UnsupportedError where the codec gives none: what it gave would be kept as something else. */
function textBy(codec: Codec, value: unknown): string {
  const text: unknown = codec.encode(value)
  if (typeof text === 'string') return text
  // Nobody waits for a promise of it.
  Promise.resolve(text).catch(() => {})
  throw new UnsupportedError({ message: 'The codec of idempotency gave no text.' })
}

function unlessTooLarge(text: string): string | undefined {
  // No UTF-16 unit takes more than three bytes.
  if (text.length * 3 <= MAX_BYTES) return text
  if (text.length > MAX_BYTES) return undefined
  return new TextEncoder().encode(text).byteLength > MAX_BYTES ? undefined : text
}

function defined(fields: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
