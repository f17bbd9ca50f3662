/** What a conformance suite tests, and how it is closed. */
export interface Subject<T> {
  /** What is tested. */
  readonly subject: T
  /** Closes what `make` opened. */
  readonly dispose?: () => unknown
}

/** Makes a fresh subject; called once for each law. */
export type Make<T> = () => Subject<T> | Promise<Subject<T>>

/** Options of every conformance suite. */
export interface ConformanceOptions {
  /** The runner's `test`: that of vitest, node:test, jest or bun. */
  readonly test: (name: string, fn: () => Promise<void>) => unknown
}

/** Registers laws as tests of a runner, each with a subject of its own. */
export function lawsOf<T>(
  kind: string,
  make: Make<T>,
  { test }: ConformanceOptions,
): (name: string, prove: (subject: T) => unknown) => void {
  return (name, prove) => {
    test(`${kind}: ${name}`, async () => {
      const { subject, dispose } = await make()
      try {
        await prove(subject)
      } finally {
        await dispose?.()
      }
    })
  }
}
