import { AppError, type ErrorKind, errorKinds, httpStatusOf } from '@base/core/errors'
import { REFUSALS } from '../policy/refusals.js'

/** A problem is a few lines; what is longer is none. */
const MAX_LENGTH = 64 * 1024
const CODE = /^[A-Z][A-Z0-9_]{0,63}$/
/** What our own policies say beside their refusals. */
const ENDINGS: readonly string[] = ['TIMEOUT', 'HEDGE_LOST']
const MEDIA_TYPE = /^application\/problem\+json\s*(?:;|$)/i

/** Statuses that no kind of error is answered with by us, and others may. */
const OTHERS: Readonly<Record<number, ErrorKind>> = {
  405: 'unsupported',
  408: 'timeout',
  410: 'not_found',
  415: 'unsupported',
  428: 'precondition_failed',
  502: 'unavailable',
}

/**
 * A dependency answered with a problem. Its kind follows the status; its code is the problem's `code`, or
 * `HTTP_<status>` where there is none, or one that a policy of this package fails with. `details` holds the status
 * alone, for the rest is the other side's text and may not be for your callers: it is in `problem`.
 *
 * @example
 * if (error instanceof HttpProblemError && error.problem.type === 'https://example.com/out-of-stock') reorder()
 *
 * @see RFC 9457, "Problem Details for HTTP APIs"
 */
export class HttpProblemError extends AppError {
  /** The status of the response. */
  readonly status: number
  /** All members of the problem, as they came. */
  readonly problem: Readonly<Record<string, unknown>>

  constructor(status: number, problem: Readonly<Record<string, unknown>>, retryAfter?: number) {
    // As every error of ours it is made of whatever comes.
    const members: Readonly<Record<string, unknown>> = Object(problem)
    const { title } = members
    super({
      code: codeOf(members) ?? `HTTP_${status}`,
      kind: kindOf(status),
      message: `The dependency answered ${status}${typeof title === 'string' ? `: ${title}` : ''}.`,
      details: { status },
      ...(retryAfter !== undefined && retryAfter > 0 && { retryAfter }),
    })
    this.status = status
    this.problem = members
  }
}

/** Whether a response says that it is one. */
export function isProblem({ status, headers }: Response): boolean {
  return status >= 400 && MEDIA_TYPE.test(headers.get('content-type') ?? '')
}

/** Its members; none where it is too long, or no JSON object. */
export async function readProblem(response: Response): Promise<Readonly<Record<string, unknown>>> {
  const text = await readText(response)
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : {}
  } catch {
    return {}
  }
}

async function readText({ body }: Response): Promise<string> {
  if (!body) return ''
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    text += decoder.decode(value, { stream: true })
    if (text.length <= MAX_LENGTH) continue
    await reader.cancel()
    return ''
  }
}

function codeOf({ code }: Readonly<Record<string, unknown>>): string | undefined {
  return typeof code === 'string' && CODE.test(code) && !isReserved(code) ? code : undefined
}

/** Our policies read what they say themselves: from the other side it would pass for a call that never left. */
function isReserved(code: string): boolean {
  return REFUSALS.has(code) || ENDINGS.includes(code)
}

function kindOf(status: number): ErrorKind {
  const known = OTHERS[status] ?? errorKinds.find((kind) => httpStatusOf(kind) === status)
  if (known !== undefined) return known
  return status < 500 ? 'invalid' : 'internal'
}
