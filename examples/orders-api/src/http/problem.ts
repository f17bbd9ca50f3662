import { STATUS_CODES } from 'node:http'
import { correlationId } from '@base/core/context'
import {
  AppError,
  type AppErrorOptions,
  errorKind,
  httpStatusOf,
  toErrorJson,
  type ValidationIssue,
} from '@base/core/errors'

/** What the path of an issue begins with where it is about the query: `?limit`. */
export const QUERY = '?'

/** Options of {@link HttpError}. */
interface HttpErrorOptions extends AppErrorOptions {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
}

/** An error that only HTTP knows: its status is not that of its kind. */
export class HttpError extends AppError {
  /** The status of the answer. */
  readonly status: number
  /** Headers of the answer, such as `allow`. */
  readonly headers: Readonly<Record<string, string>>

  constructor({ status, headers = {}, ...options }: HttpErrorOptions) {
    super(options)
    this.status = status
    this.headers = headers
  }
}

/** When to come back to what is away, in milliseconds, where nobody knows better. */
const SOON = 1_000

/**
 * The answer to a request that failed: by the kind of the error alone, and without its stack or its cause. What a fault of ours
 * says, its code too, is for the log.
 *
 * @see RFC 9457; `code`, `errors`, `details` and `correlationId` are ours.
 */
export function problemResponse(error: unknown): Response {
  const kind = errorKind(error)
  // Who does not answer in time is away, and callers of ours do the same: come back.
  const byKind = httpStatusOf(kind === 'timeout' ? 'unavailable' : kind)
  const status = error instanceof HttpError ? error.status : byKind
  const { code, message, issues, details, ...told } = toErrorJson(kind === 'internal' ? undefined : error)
  const { retryAfter = status === 503 ? SOON : undefined } = told
  const problem = {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: message,
    // For programs: `OUT_OF_STOCK`.
    code,
    // Every problem of the input, each with its place.
    errors: issues?.map(toInputProblem),
    details,
    // Names the request in our log.
    correlationId: correlationId.get(),
  }
  return new Response(JSON.stringify(problem), {
    status,
    headers: {
      ...(error instanceof HttpError && error.headers),
      ...(retryAfter !== undefined && { 'retry-after': String(Math.ceil(retryAfter / 1_000)) }),
      'content-type': 'application/problem+json',
    },
  })
}

/** Where it is: a JSON Pointer into the body, or a parameter of the query. */
function toInputProblem({ path, message }: ValidationIssue): object {
  if (path.startsWith(QUERY)) return { parameter: path.slice(QUERY.length), detail: message }
  const keys = path === '' ? [] : path.split('.')
  // RFC 6901: `~` and `/` are escaped; as a URI fragment the rest is percent-encoded.
  const escaped = keys.map((key) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1')))
  return { pointer: ['#', ...escaped].join('/'), detail: message }
}
