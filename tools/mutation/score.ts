import { dirname, relative } from 'node:path'

/** What is needed of a report in the mutation testing report schema, version 2. */
export interface MutationReport {
  readonly files: Readonly<Record<string, { readonly mutants: readonly Mutant[] }>>
}

interface Mutant {
  readonly status: string
}

/** How well the tests of a pattern hold it. */
export interface Score {
  readonly pattern: string
  /** Mutants that compile and run. */
  readonly mutants: number
  readonly survived: number
  /** The share of mutants that a test notices, in percent. */
  readonly percent: number
}

const KILLED: ReadonlySet<string> = new Set(['Killed', 'Timeout'])
const SURVIVED: ReadonlySet<string> = new Set(['Survived', 'NoCoverage'])

/** By pattern, in the order of their names. What no test reaches has survived. */
export function scores(report: MutationReport): Score[] {
  const statuses = new Map<string, string[]>()
  for (const [file, { mutants }] of Object.entries(report.files)) {
    const pattern = relative('src', dirname(file))
    statuses.set(pattern, [...(statuses.get(pattern) ?? []), ...mutants.map(({ status }) => status)])
  }
  return [...statuses].map(([pattern, all]) => scoreOf(pattern, all)).sort(byPattern)
}

function scoreOf(pattern: string, statuses: readonly string[]): Score {
  const killed = statuses.filter((status) => KILLED.has(status)).length
  const survived = statuses.filter((status) => SURVIVED.has(status)).length
  const mutants = killed + survived
  return { pattern, mutants, survived, percent: mutants === 0 ? 0 : (100 * killed) / mutants }
}

function byPattern(one: Score, other: Score): number {
  return one.pattern < other.pattern ? -1 : 1
}
