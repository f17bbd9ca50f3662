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
