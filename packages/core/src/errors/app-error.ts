import { BRAND } from './brand.js'
import type { ErrorJson } from './error-json.js'
import { type ErrorKind, isErrorKind } from './kind.js'
import { toPublicText } from './public-text.js'

/** What every error of `@base` may be given. */
export interface ErrorOptions {
  /** For people; may be shown to a caller, so no secret and no payload. Default: a sentence of the class. */
  readonly message?: string | undefined
  /** Stable, SCREAMING_SNAKE, for programs. Default: the class's own. */
  readonly code?: string | undefined
  /** Facts for programs, shown to callers: identifiers and numbers, never secrets. */
  readonly details?: Readonly<Record<string, unknown>> | undefined
  /** Milliseconds after which a new attempt makes sense, from 0; anything else is left out. */
  readonly retryAfter?: number | undefined
  /** What led to it, of any type. Kept, and never shown outside. */
  readonly cause?: unknown
}

/** Options of {@link AppError}. */
export interface AppErrorOptions extends ErrorOptions {
  /** Stable, SCREAMING_SNAKE, for programs. */
  readonly code: string
  /** What kind of thing went wrong; decides the HTTP and gRPC status. */
  readonly kind: ErrorKind
  /** For people; may be shown to a caller, so no secret and no payload. */
  readonly message: string
}

/**
 * The root of every error that `@base` throws, and a good one for yours: a stable `code` for programs, a `kind` that
 * interfaces map to a status, a message for people.
 *
 * Never throws from its constructor, for that would hide the fault at hand: an unknown kind becomes `internal`, an
 * unusable `retryAfter` is left out, a message that is no text is `''`, a code that is none the kind in capitals, and options
 * that are no object say nothing.
 *
 * @example
 * class OrderClosedError extends AppError {
 *   constructor(id: string) {
 *     super({ code: 'ORDER_CLOSED', kind: 'conflict', message: `Order ${id} is closed.`, details: { id } })
 *   }
 * }
 */
export class AppError extends Error {
  static {
    // biome-ignore lint/complexity/noThisInStatic: a bundler renames a class that names itself, and `name` is that name.
    Object.defineProperty(this.prototype, BRAND, { value: true })
  }

  /** Stable, SCREAMING_SNAKE, for programs. */
  readonly code: string
  /** What kind of thing went wrong; decides the HTTP and gRPC status. */
  readonly kind: ErrorKind
  /** Facts for programs; shown to callers. */
  declare readonly details?: Readonly<Record<string, unknown>>
  /** Milliseconds after which a new attempt makes sense. */
  declare readonly retryAfter?: number

  constructor(options: AppErrorOptions) {
    // JSON of another process may be null or a text: what is no object says nothing.
    const { message, code, kind, details, retryAfter }: Partial<AppErrorOptions> = Object(options)
    super(textOr(message, ''), options)
    this.kind = isErrorKind(kind) ? kind : 'internal'
    this.code = textOr(code, this.kind.toUpperCase())
    if (details !== undefined) this.details = details
    // First, for what is no number is not compared with one, which may throw.
    if (Number.isFinite(retryAfter) && (retryAfter as number) >= 0) this.retryAfter = retryAfter as number
  }

  /** The name of the class. */
  override get name(): string {
    return this.constructor.name
  }

  override set name(value: string) {
    Object.defineProperty(this, 'name', { value, writable: true, configurable: true })
  }

  /**
   * What `JSON.stringify` writes: code, kind, message and retryAfter. Details may hold anything, so they are left to
   * {@link toErrorJson}, which makes them safe to show.
   */
  toJSON(): ErrorJson {
    const { code, kind, message, retryAfter } = this
    return { code, kind, message: toPublicText(message), ...(retryAfter !== undefined && { retryAfter }) }
  }
}

/**
 * What the classes of the family say where their caller said nothing: the code is the kind in capitals. A kind is never the
 * caller's to change.
 */
export function withDefaults(
  options: ErrorOptions,
  kind: ErrorKind,
  message: string,
  code: string = kind.toUpperCase(),
): AppErrorOptions {
  // By name, for what is inherited, as of a class, counts too.
  const given: ErrorOptions = Object(options)
  const { details, retryAfter } = given
  return {
    ...('cause' in given && { cause: given.cause }),
    details,
    retryAfter,
    kind,
    code: textOr(given.code, code),
    message: textOr(given.message, message),
  }
}

/** A text, or `fallback` in the place of what is none. */
function textOr(value: unknown, fallback: string): string {
  return typeof value === 'string' ? value : fallback
}
