import type { Duration } from '@base/core/duration'
import type { ConformanceOptions, Make } from '@base/core/testing'

/** Proves one law on a fresh subject. */
export type Prove<T> = (subject: T, advance: (duration: Duration) => Promise<void>) => Promise<void>

/** Registers laws with the runner, each on a subject of its own that is closed at the end. */
export function laws<T>(
  name: string,
  make: Make<T>,
  { test }: ConformanceOptions,
): (law: string, prove: Prove<T>) => void {
  return (law, prove) => {
    test(`${name}: ${law}`, async () => {
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
