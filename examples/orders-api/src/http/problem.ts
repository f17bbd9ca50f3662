import { STATUS_CODES } from 'node:http'
import { correlationId } from '@base/core/context'
import {
  AppError,
  type AppErrorOptions,
  type ErrorJson,
  type ErrorKind,
  errorKind,
  httpStatusOf,
  toErrorJson,
  type ValidationIssue,
} from '@base/core/errors'

/** What the path of an issue begins with where it is about the query: `?limit`. */
export const QUERY = '?'

/** An error that only HTTP knows: its status is not that of its kind. */
export class HttpError extends AppError {
  /** The status of the answer. */
  readonly status: number
  /** Headers of the answer, such as `allow`. */
  readonly headers: Readonly<Record<string, string>>

  constructor({
    status,
    headers = {},
    ...options
  }: AppErrorOptions & { status: number; headers?: Readonly<Record<string, string>> }) {
    super(options)
    this.status = status
    this.headers = headers
  }
}

/** What callers get instead of a result. RFC 9457; `code`, `errors` and `details` are ours. */
interface Problem {
  readonly type: 'about:blank'
  readonly title: string
  readonly status: number
  readonly detail?: string
  /** For programs: `OUT_OF_STOCK`. */
  readonly code: string
  /** Every problem of the input, each with its place. */
  readonly errors?: readonly InputProblem[]
  readonly details?: ErrorJson['details']
  /** Names the request in our log. */
  readonly correlationId: string | undefined
}

/** Where it is: a JSON Pointer into the body, or a parameter of the query. */
type InputProblem =
  | { readonly pointer: string; readonly detail: string }
  | { readonly parameter: string; readonly detail: string }

/** When to come back to what is away, in milliseconds, where nobody knows better. */
const SOON = 1_000

/** The answer to a request that failed: by the kind of the error alone, and without its stack or its cause. */
export function problemResponse(error: unknown): Response {
  const status = error instanceof HttpError ? error.status : statusOf(errorKind(error))
  const {
    code,
    message,
    issues,
    details,
    retryAfter = status === 503 ? SOON : undefined,
  } = toErrorJson(error)
  const problem: Problem = {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    ...(message !== undefined && { detail: message }),
    code,
    ...(issues !== undefined && { errors: issues.map(toProblemError) }),
    ...(details !== undefined && { details }),
    correlationId: correlationId.get(),
  }
  return Response.json(problem, {
    status,
    headers: {
      ...(error instanceof HttpError && error.headers),
      ...(retryAfter !== undefined && { 'retry-after': String(Math.ceil(retryAfter / 1_000)) }),
      'content-type': 'application/problem+json',
    },
  })
}

/** Who does not answer in time is away, and callers of ours do the same: come back. */
function statusOf(kind: ErrorKind): number {
  return httpStatusOf(kind === 'timeout' ? 'unavailable' : kind)
}

function toProblemError({ path, message }: ValidationIssue): InputProblem {
  if (path.startsWith(QUERY)) return { parameter: path.slice(QUERY.length), detail: message }
  const keys = path === '' ? [] : path.split('.')
  // RFC 6901: `~` and `/` are escaped; as a URI fragment the rest is percent-encoded.
  const escaped = keys.map((key) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1')))
  return { pointer: ['#', ...escaped].join('/'), detail: message }
}
