import { type Duration, toMilliseconds } from '@base/core/duration'
import { checkBoolean, checkFunction, checkText, invalidOption } from '@base/core/options'
import type { CheckOutcome } from './verdict.js'

const WHERE = { package: '@base/observability', pattern: 'createHealth' } as const

/** A check, and how it counts. */
export interface HealthCheck {
  /**
   * Passes by returning; fails by throwing, by rejecting, with `false`, or with an error; says more with a status, or
   * with a {@link CheckOutcome}. A `Response`, or anything else, whose `ok` is false fails as well, and the body of one that nobody reads
   * is cancelled; so does a word such as `down` or `unhealthy`, and an object whose `status` is another text than the three, such as
   * a row of yours. What else it returns, such as a list of rows, is not looked at.
   * The signal aborts at the timeout.
   */
  readonly check: (signal: AbortSignal) => unknown | Promise<CheckOutcome | unknown>
  /** After how long it has failed; below the second that Kubernetes waits for an answer. @defaultValue '800ms' */
  readonly timeout?: Duration | undefined
  /** For how long what it found is the answer, without another run. @defaultValue 0: only those who ask at once share a run */
  readonly ttl?: Duration | undefined
  /** The groups that it belongs to: `'live'`, `'ready'`, `'startup'`, or names of yours. @defaultValue ['ready'] */
  readonly groups?: readonly string[] | undefined
  /** Whether its failure is one of its groups; `false` makes it a warning. @defaultValue true */
  readonly critical?: boolean | undefined
}

export interface CheckRules {
  readonly name: string
  readonly check: HealthCheck['check']
  readonly timeout: number
  readonly ttl: number
  readonly groups: readonly string[]
  readonly critical: boolean
}

/** All of them, by what the user gave. */
export function checkRules(checks: Readonly<Record<string, HealthCheck>>): CheckRules[] {
  // A Map would be taken for an object of no checks, which passes.
  if (typeof checks !== 'object' || checks === null || Symbol.iterator in checks)
    throw invalidOption(checks, { ...WHERE, option: 'checks' }, 'an object of checks by name')
  return Object.entries(checks).map(([name, check]) => rulesOf(name, check))
}

function rulesOf(name: string, options: HealthCheck): CheckRules {
  const option = `checks.${name}`
  // In application/health+json a colon stands between a component and what is measured of it.
  if (!/^[^:]+(:[^:]+)?$/.test(name))
    throw invalidOption(
      name,
      { ...WHERE, option: 'checks' },
      'names that are not empty, with at most one colon inside',
    )
  if (typeof options !== 'object' || options === null)
    throw invalidOption(options, { ...WHERE, option }, 'an object with a function check')
  const { check, timeout = '800ms', ttl = 0, groups = ['ready'], critical = true } = options
  return {
    name,
    check: checkFunction(check, { ...WHERE, option: `${option}.check` }),
    timeout: toMilliseconds(timeout, { ...WHERE, option: `${option}.timeout`, positive: true }),
    ttl: toMilliseconds(ttl, { ...WHERE, option: `${option}.ttl` }),
    groups: checkGroups(groups, `${option}.groups`),
    critical: checkBoolean(critical, { ...WHERE, option: `${option}.critical` }),
  }
}

function checkGroups(groups: unknown, option: string): readonly string[] {
  if (!Array.isArray(groups) || groups.length === 0)
    throw invalidOption(groups, { ...WHERE, option }, 'an array of names of groups, at least one')
  return groups.map((group) => checkText(group, { ...WHERE, option }))
}
