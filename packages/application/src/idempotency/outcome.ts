import type { Codec } from '@base/core/codec'
import { AppError, type AppErrorOptions, ValidationError, type ValidationIssue } from '@base/core/errors'
import { IdempotencyResultUnavailableError } from './errors.js'

/** The most bytes of an outcome in UTF-8: 1 MiB. */
const MAX_BYTES = 2 ** 20

const VALUE = 'v'
const ERROR = 'e'

/**
 * The text of a value; `undefined` where it takes more than 1 MiB.
 *
 * @throws UnsupportedError for what the codec does not carry.
 */
export function textOfValue(codec: Codec, value: unknown): string | undefined {
  return unlessTooLarge(VALUE + codec.encode(value))
}

/**
 * The text of an error: its code, kind, message and facts. Facts that the codec does not carry are left out; there is no
 * text where it carries nothing of it, or where it takes more than 1 MiB. It never throws, for the error is to be thrown.
 */
export function textOfError(codec: Codec, error: AppError): string | undefined {
  for (const content of [withFacts, plain]) {
    try {
      return unlessTooLarge(ERROR + codec.encode(content(error)))
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
 * or none that the codec can read.
 */
export function outcomeOf(codec: Codec, text: string | undefined): unknown {
  if (text === undefined) throw new IdempotencyResultUnavailableError()
  const content = decode(codec, text.slice(1))
  if (text.startsWith(ERROR)) throw errorOf(content as StoredError)
  return content
}

type StoredError = AppErrorOptions & { readonly issues?: readonly ValidationIssue[] }

function errorOf(stored: StoredError): AppError {
  const { issues, kind } = stored
  const isValidation = kind === 'invalid' && Array.isArray(issues)
  return isValidation ? new ValidationError({ ...stored, issues }) : new AppError(stored)
}

function decode(codec: Codec, text: string): unknown {
  try {
    return codec.decode(text)
  } catch (cause) {
    throw new IdempotencyResultUnavailableError({ cause })
  }
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
