/** `'warn'` serves on, but not as it should: a check that is not critical has failed, or one says so itself. */
export type HealthStatus = 'pass' | 'warn' | 'fail'

/** What one check found. */
export interface CheckReport {
  /** What it found; `'fail'` also where it took too long. */
  readonly status: HealthStatus
  /** Whether its failure is one of its groups, or only a warning. */
  readonly critical: boolean
  /** When it ended, in ISO 8601. */
  readonly time: string
  /** How long it took, in milliseconds. */
  readonly duration: number
  /** Why it does not pass; of an error that is no AppError only its code or name, for its message may hold secrets. */
  readonly output?: string | undefined
  /** What was measured. */
  readonly observedValue?: number | string | undefined
  /** In which unit. */
  readonly observedUnit?: string | undefined
}

/** What the checks of a group found. */
export interface HealthReport {
  /** `'fail'` if a critical check fails, `'warn'` if anything else does not pass. */
  readonly status: HealthStatus
  /** By the names of the checks. */
  readonly checks: Readonly<Record<string, CheckReport>>
  /** What is not about a check: that the service has not started, or shuts down. */
  readonly notes?: readonly string[]
}

/** What the status of a check, if it has one, is to whoever asks for its group: only a critical one fails it. */
export function statusInGroup<Status extends HealthStatus | undefined>(
  status: Status,
  critical: boolean,
): Status | 'warn' {
  return status === 'fail' && !critical ? 'warn' : status
}

/** The report of these checks; a note makes it a failure. */
export function reportOf(
  checks: readonly (readonly [name: string, report: CheckReport])[],
  notes: readonly string[] = [],
): HealthReport {
  const statuses = checks.map(([, { status, critical }]) => statusInGroup(status, critical))
  const fails = notes.length > 0 || statuses.includes('fail')
  const passes = statuses.every((status) => status === 'pass')
  return {
    status: fails ? 'fail' : passes ? 'pass' : 'warn',
    // Each reader has his own: what a check found is kept for others.
    checks: Object.fromEntries(checks.map(([name, report]) => [name, { ...report }])),
    ...(notes.length > 0 && { notes }),
  }
}
