import type { Duration } from '@base/core/duration'
import { type ConformanceOptions, type Make, TestClock } from '@base/core/testing'

/** A suite, as a package publishes it. */
export type Suite<Store> = (make: Make<Store>, options: ConformanceOptions) => void

/** Makes a store by a clock. */
export type Twin<Store> = (clock: TestClock) => Store

/** Runs a suite on a store, and gives the laws that it breaks. */
export async function brokenLaws<Store>(suite: Suite<Store>, twin: Twin<Store>): Promise<string[]> {
  const laws: [string, () => Promise<void>][] = []
  const make = () => {
    const clock = new TestClock()
    return { subject: twin(clock), advance: (d: Duration) => clock.advance(d), dispose: () => {} }
  }
  suite(make, { test: (name, fn) => laws.push([nameOf(name), fn]) })
  const failed: string[] = []
  for (const [name, prove] of laws) await prove().catch(() => failed.push(name))
  return failed
}

/** The names of all laws of a suite. */
export function lawsOf<Store>(suite: Suite<Store>): string[] {
  const laws: string[] = []
  const make = () => {
    throw new Error('Nothing is proved here.')
  }
  suite(make, { test: (name) => laws.push(nameOf(name)) })
  return laws
}

function nameOf(test: string): string {
  return test.slice(test.indexOf(': ') + 2)
}

/** The methods of an object of a class, as own properties that can be spread. */
export function methodsOf<T extends object>(object: T): T {
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(object)) as (keyof T)[]
  const methods = names.filter((name) => name !== 'constructor')
  return Object.fromEntries(
    methods.map((name) => [name, (object[name] as (...args: unknown[]) => unknown).bind(object)]),
  ) as T
}

/** How long something lasts by a clock where its end is kept in whole seconds. */
export function inWholeSeconds(ttl: number, clock: TestClock): number {
  const now = clock.now()
  return Math.max(1, Math.floor((now + ttl) / 1_000) * 1_000 - now)
}

/** How long something lasts by a clock where its beginning is kept in whole seconds. */
export function fromWholeSecond(ttl: number, clock: TestClock): number {
  return Math.max(1, ttl - (clock.now() % 1_000))
}
