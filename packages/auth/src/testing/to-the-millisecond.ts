import { assert, type Prove } from '@base/core/testing'

type Advance = Parameters<Prove<unknown>>[1]
type Begin = (ttl: number) => PromiseLike<unknown>
type IsAlive = () => PromiseLike<boolean>

/** No whole number of seconds, so that it shows where a time, or its end, is kept in seconds: a TestClock stands at a whole one. */
const TTL = 1_900
/** Into a second, so that it shows where a beginning is kept in seconds: floored, it takes more than `TTL - LATE` away. */
const OFF = 960
/** After each whole second before the end; and long enough before it for a system that is busy. */
const LATE = 1_050

/** Proves that what begins for so many milliseconds does not end before, whatever its end is rounded to. */
export async function lastsLongEnough(advance: Advance, begin: Begin, isAlive: IsAlive): Promise<void> {
  await advance(OFF)
  await begin(TTL)
  await advance(LATE)
  assert.ok(await isAlive(), 'it has ended too early')
}

/** Proves that what begins for so many milliseconds lasts for as long; one look at it must not change how the next one ends. */
export async function lastsToTheMillisecond(advance: Advance, begin: Begin, isAlive: IsAlive): Promise<void> {
  await lastsLongEnough(advance, begin, isAlive)
  await advance(TTL - LATE)
  assert.ok(!(await isAlive()), 'it has not ended')
}
