import type { Tarball } from '../consumer/pack.ts'
import type { WorkspacePackage } from '../workspace/packages.ts'

/** A package under test, packed. */
export interface Subject {
  readonly pkg: WorkspacePackage
  readonly tarball: Tarball
  /** The tarball, and those of ours that it needs to be installed. */
  readonly tarballs: readonly Tarball[]
}

/** What a check found. */
export interface Outcome {
  /** What was held against the package, in a few words. */
  readonly title: string
  /** What is wrong, in sentences; none is a pass. */
  readonly problems: readonly string[]
  /** What users should know, and need not be mended. */
  readonly notes?: readonly string[]
}

/** One thing that a packed package must be. */
export type Check = (subject: Subject) => Promise<Outcome>

/** Runs tasks, a few at once; the results are in the order of the tasks. */
export async function inParallel<T>(tasks: readonly (() => Promise<T>)[], limit: number): Promise<T[]> {
  const results: T[] = []
  const waiting = [...tasks.entries()]
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, task] = next
      results[index] = await task()
    }
  }
  await Promise.all(Array.from({ length: limit }, work))
  return results
}
