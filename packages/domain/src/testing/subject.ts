import type { Duration } from '@base/core/duration'
import { type Law, laws } from '@base/core/testing'
import type { Repository } from '../repository/repository.js'
import type { UnitOfWork } from '../unit-of-work/unit-of-work.js'

/** What the suites keep: `n` is any number, `version` counts the saves. */
export interface Item {
  /** Its identity. */
  readonly id: number
  /** What it holds: filters and orders look at it. */
  readonly n: number
  /** 0 for a new one. */
  readonly version: number
}

/** What {@link repositoryConformance} tests. */
export type Items = Repository<Item, number>

/** What {@link unitOfWorkConformance} tests. */
export type ItemUnits = UnitOfWork<{
  /** Their only repository. */
  items: Items
}>

/** A fresh, empty subject, and how to go on with it. */
export interface ConformanceSubject<T> {
  /** What is tested. */
  readonly subject: T
  /** Closes what `make` opened. @defaultValue nothing */
  readonly dispose?: () => unknown
  /** Lets time pass where the subject takes it from a TestClock. @defaultValue the time passes by itself */
  readonly advance?: (duration: Duration) => unknown
}

/** Makes a fresh subject; called once for each law. */
export type MakeSubject<T> = () => ConformanceSubject<T> | Promise<ConformanceSubject<T>>

/** Options of the suites. */
export interface SuiteOptions {
  /** The runner's `test`: that of vitest, node:test, jest or bun. */
  readonly test: (name: string, fn: () => Promise<void>) => unknown
}

/** The laws of a port, of subjects that need not close anything, nor let time pass. */
export function subjectLaws<T>(port: string, make: MakeSubject<T>, options: SuiteOptions): Law<T> {
  const whole = async () => {
    const { subject, advance, dispose } = await make()
    return { subject, advance: (duration: Duration) => advance?.(duration), dispose: () => dispose?.() }
  }
  return laws(port, whole, options)
}

/** The ids of rows, in their order. */
export function idsOf(rows: readonly { readonly id: number }[]): number[] {
  return rows.map(({ id }) => id)
}

/** A new item. */
export function item(id: number, n: number = id): Item {
  return { id, n, version: 0 }
}
