import { isAppError } from '@base/core/errors'
import type { HealthStatus } from './report.js'

/** What a check may say, where passing or throwing is not enough. */
export interface CheckOutcome {
  /** What is said. @defaultValue 'pass' */
  readonly status?: HealthStatus | undefined
  /** Why, for people: shown to whoever may see details, so without secrets. */
  readonly output?: string | undefined
  /** What was measured. */
  readonly observedValue?: number | string | undefined
  /** In which unit. */
  readonly observedUnit?: string | undefined
}

export interface Verdict extends CheckOutcome {
  readonly status: HealthStatus
  readonly error?: unknown
}

const STATUSES: ReadonlySet<unknown> = new Set<HealthStatus>(['pass', 'warn', 'fail'])
/** Words that say that something is not well, as others' health checks do; any other text, such as a version, says nothing of it. */
const ILL =
  /^\W*(?:down|(?:un|not )(?:healthy|available|ok|ready)|error|fail(?:ed|ure)?|critical|offline|out[ _-]of[ _-]service|false)\W*$/i
const UNKNOWN: Verdict = {
  status: 'fail',
  output: 'The check gave a status other than pass, warn and fail.',
}

/**
 * What a value means that a check returned: a status is one; `false`, an error, a `Response` or anything else that is not `ok`, and a word such
 * as `down` or `unhealthy` are failures; anything that says nothing about health, such as rows of a query, is none.
 */
export function verdictOf(value: unknown): Verdict {
  if (value === false) return { status: 'fail' }
  if (STATUSES.has(value)) return { status: value as HealthStatus }
  if (typeof value === 'string')
    return ILL.test(value) ? { status: 'fail', output: value.slice(0, 64) } : { status: 'pass' }
  if (typeof value !== 'object' || value === null) return { status: 'pass' }
  if (value instanceof Error) return failureOf(value)
  const { status, ok, output, observedValue, observedUnit } = value as Record<string, unknown>
  if (typeof status === 'number' && ok === false) return { status: 'fail', output: `HTTP ${status}` }
  if (typeof status !== 'string' && status !== undefined) return { status: ok === false ? 'fail' : 'pass' }
  if (status !== undefined && !STATUSES.has(status)) return UNKNOWN
  return {
    status: (status as HealthStatus | undefined) ?? (ok === false ? 'fail' : 'pass'),
    ...(typeof output === 'string' && { output }),
    ...((typeof observedValue === 'number' || typeof observedValue === 'string') && { observedValue }),
    ...(typeof observedUnit === 'string' && { observedUnit }),
  }
}

/** Lets the body of a `Response` go that the check has not read: until then it holds a connection. Never rejects. */
export async function release(value: unknown): Promise<void> {
  try {
    const { body, bodyUsed } = value as Partial<Response>
    if (body?.locked === false && bodyUsed === false) await body.cancel()
  } catch {
    // What it is of no longer matters.
  }
}

/** What an error means that a check threw. */
export function failureOf(error: unknown): Verdict {
  return { status: 'fail', output: outputOf(error), error }
}

function outputOf(error: unknown): string {
  try {
    if (isAppError(error)) return error.message
    const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }
    if (typeof code === 'string' && code !== '') return code
    return typeof name === 'string' && name !== '' ? name : 'Error'
  } catch {
    return 'Error'
  }
}
