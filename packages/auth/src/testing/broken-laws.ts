import type { ConformanceOptions, Subject } from '@base/core/testing'

type Suite<T> = (make: () => Subject<T>, options: ConformanceOptions) => void

/** The laws of a suite that a subject breaks. */
export async function brokenLaws<T>(suite: Suite<T>, make: () => Subject<T>): Promise<string[]> {
  const laws: [string, () => Promise<void>][] = []
  suite(make, { test: (name, prove) => laws.push([name, prove]) })
  const broken: string[] = []
  for (const [name, prove] of laws) {
    await prove().catch(() => broken.push(name.slice(name.indexOf(': ') + 2)))
  }
  return broken
}
