import type { Duration } from '../duration/duration.js'
import type { ConformanceOptions, Make } from './conformance.js'

/** Proves one law on a fresh subject; `advance` lets a time pass for it. */
export type Prove<T> = (subject: T, advance: (duration: Duration) => Promise<void>) => Promise<void>

/** Registers a law with the runner. */
export type Law<T> = (law: string, prove: Prove<T>) => void

/**
 * What a conformance suite is made of: registers the laws of a port with the runner, each on a subject of its own, which is
 * disposed of at the end, also where the law is broken.
 *
 * @example
 * function setConformance(make: Make<Set<string>>, options: ConformanceOptions): void {
 *   const law = laws('Set', make, options)
 *   law('is empty at first', async (set) => assert.equal(set.size, 0))
 * }
 */
export function laws<T>(port: string, make: Make<T>, { test }: ConformanceOptions): Law<T> {
  return (law, prove) => {
    test(`${port}: ${law}`, async () => {
      const { subject, advance, dispose } = await make()
      try {
        await prove(subject, async (duration) => {
          await advance(duration)
        })
      } finally {
        await dispose()
      }
    })
  }
}
