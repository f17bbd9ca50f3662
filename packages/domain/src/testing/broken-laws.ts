import type { MakeSubject, SuiteOptions } from './subject.js'

type Suite<T> = (make: MakeSubject<T>, options: SuiteOptions) => void

/** How long a law may take before it counts as one that waits for ever, in turns of the event loop. */
const TURNS = 2_000

/** Runs a suite on a subject, and returns the laws that it breaks. */
export async function brokenLaws<T>(suite: Suite<T>, make: MakeSubject<T>, only?: string): Promise<string[]> {
  const failed: string[] = []
  for (const [name, prove] of lawsOn(suite, make)) {
    if (only !== undefined && name !== only) continue
    await Promise.race([prove(), hang()]).catch(() => failed.push(name))
  }
  return failed
}

/** The names of a suite's laws. */
export function lawsOf<T>(suite: Suite<T>): string[] {
  return lawsOn(suite, () => Promise.reject(new Error('not run'))).map(([name]) => name)
}

function lawsOn<T>(suite: Suite<T>, make: MakeSubject<T>): [name: string, prove: () => Promise<void>][] {
  const laws: [string, () => Promise<void>][] = []
  suite(make, { test: (name, fn) => laws.push([name.replace(/^\w+: /, ''), fn]) })
  return laws
}

async function hang(): Promise<never> {
  for (let turn = 0; turn < TURNS; turn++) await new Promise<void>((resolve) => setTimeout(resolve, 0))
  throw new Error('hangs')
}
