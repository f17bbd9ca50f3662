import type { MakeSubject, SuiteOptions } from './subject.js'

type Suite<T> = (make: MakeSubject<T>, options: SuiteOptions) => void

/** How long a law may take before it counts as one that waits for ever, in turns of the event loop. */
const TURNS = 2_000

/** Runs a suite on a subject, and returns the laws that it breaks. */
export async function brokenLaws<T>(suite: Suite<T>, make: MakeSubject<T>, only?: string): Promise<string[]> {
  const laws: [string, () => Promise<void>][] = []
  suite(make, { test: (name, fn) => laws.push([name.replace(/^\w+: /, ''), fn]) })
  const failed: string[] = []
  for (const [name, prove] of laws) {
    if (only !== undefined && name !== only) continue
    await Promise.race([prove(), hang()]).catch(() => failed.push(name))
  }
  return failed
}

/** The names of a suite's laws. */
export function lawsOf<T>(suite: Suite<T>): string[] {
  const names: string[] = []
  suite(() => Promise.reject(new Error('not run')), {
    test: (name) => names.push(name.replace(/^\w+: /, '')),
  })
  return names
}

async function hang(): Promise<never> {
  for (let turn = 0; turn < TURNS; turn++) await new Promise<void>((resolve) => setTimeout(resolve, 0))
  throw new Error('hangs')
}
