/** What is needed of a report in the mutation testing report schema, version 2. */
export interface MutationReport {
  readonly files: Readonly<Record<string, { readonly mutants: readonly Mutant[] }>>
}

interface Mutant {
  readonly status: string
}

/** How well tests hold what they are about. */
export interface Score {
  readonly subject: string
  /** Mutants that compile and run. */
  readonly mutants: number
  readonly survived: number
  /** The share of mutants that a test notices, in percent. */
  readonly percent: number
}

const KILLED: ReadonlySet<string> = new Set(['Killed', 'Timeout'])
const SURVIVED: ReadonlySet<string> = new Set(['Survived', 'NoCoverage'])

/** What no test reaches has survived. */
export function scoreOf(subject: string, report: MutationReport): Score {
  const statuses = Object.values(report.files).flatMap(({ mutants }) => mutants.map(({ status }) => status))
  const killed = statuses.filter((status) => KILLED.has(status)).length
  const survived = statuses.filter((status) => SURVIVED.has(status)).length
  const mutants = killed + survived
  return { subject, mutants, survived, percent: mutants === 0 ? 0 : (100 * killed) / mutants }
}
