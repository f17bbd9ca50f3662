import { assert, type Prove } from '@base/core/testing'

type Advance = Parameters<Prove<unknown>>[1]

const SECOND = 1_000

/** Proves that what begins for so many milliseconds lasts for as long; one look at it must not change how the next one ends. */
export async function lastsToTheMillisecond(
  advance: Advance,
  begin: (ttl: number) => PromiseLike<unknown>,
  isAlive: () => PromiseLike<boolean>,
): Promise<void> {
  // A TestClock stands at a whole second at first, where an end that is rounded does not show.
  await advance(0.9 * SECOND)
  await begin(SECOND)
  await advance(0.15 * SECOND)
  assert.ok(await isAlive(), 'it has ended too early')
  await advance(0.85 * SECOND)
  assert.ok(!(await isAlive()), 'it has not ended')
}
