import { STATUS_CODES } from 'node:http'

/** Where the input is wrong: a JSON Pointer into the body, or a parameter of the query. */
export type InputProblem =
  | { readonly pointer: string; readonly detail: string }
  | { readonly parameter: string; readonly detail: string }

/** What a problem says beside its status, code and message. */
export interface ProblemOptions {
  readonly details?: Readonly<Record<string, unknown>>
  readonly errors?: readonly InputProblem[]
  readonly headers?: Readonly<Record<string, string>>
  /** When to come back, in milliseconds. */
  readonly retryAfter?: number
  readonly cause?: unknown
}

/** When to come back to what is away, in milliseconds, where nobody knows better. */
const SOON = 1_000
/** How many wrong fields the text for people names. */
const SHOWN = 3

/** What a caller gets instead of a result. RFC 9457. */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly headers: Readonly<Record<string, string>>
  readonly #extras: Pick<ProblemOptions, 'details' | 'errors'>

  constructor(status: number, code: string, message: string, options: ProblemOptions = {}) {
    super(message, { cause: options.cause })
    const { details, errors, headers, retryAfter = status === 503 ? SOON : undefined } = options
    this.status = status
    this.code = code
    this.headers = {
      ...headers,
      ...(retryAfter !== undefined && { 'retry-after': String(Math.ceil(retryAfter / 1_000)) }),
    }
    this.#extras = { ...(errors && { errors }), ...(details && { details }) }
  }

  /** The body of the answer; `correlationId` names the request in our log. */
  toBody(correlationId: string): object {
    const { status, code, message } = this
    const title = STATUS_CODES[status] ?? 'Error'
    // What we did wrong is told to the log alone.
    const detail = status === 500 ? {} : { detail: message }
    return { type: 'about:blank', title, status, ...detail, code, ...this.#extras, correlationId }
  }
}

/** Says that what a path names is not there. */
export function notFound(message: string, code = 'NOT_FOUND'): Problem {
  return new Problem(404, code, message)
}

/** Says that the request clashes with the present state. */
export function conflict(code: string, message: string, details?: ProblemOptions['details']): Problem {
  return new Problem(409, code, message, details && { details })
}

/** Says that the caller may not do this. */
export function forbidden(message = 'This is not allowed.', code = 'FORBIDDEN'): Problem {
  return new Problem(403, code, message)
}

/** Says what is wrong with the input, all of it at once. */
export function invalid(errors: readonly InputProblem[], code = 'VALIDATION'): Problem {
  const told = errors.map((each) => `${'pointer' in each ? each.pointer : each.parameter} ${each.detail}`)
  const more = errors.length > SHOWN ? ` (and ${errors.length - SHOWN} more)` : ''
  const message = `The input is not valid: ${told.slice(0, SHOWN).join('; ')}${more}.`
  return new Problem(422, code, message, { errors })
}

/** Says that something we need does not answer now. */
export function unavailable(message: string, options: ProblemOptions = {}, code = 'UNAVAILABLE'): Problem {
  return new Problem(503, code, message, options)
}
