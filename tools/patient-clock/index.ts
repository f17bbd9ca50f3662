/** How much longer its timers take. */
const FACTOR = 100

/** The part of a clock that is changed; durations in milliseconds. */
interface Timed {
  schedule(duration: number, fn: () => void, options?: object): unknown
}

/**
 * A clock whose timers take a hundred times as long. It is for a block with short limits on a real server, in a test that
 * wants the server's answer however busy the machine is.
 */
export function patientClock<C extends object>(clock: C): C {
  const { schedule } = clock as unknown as Timed
  return {
    ...clock,
    schedule: (duration: number, fn: () => void, options?: object) =>
      schedule(duration * FACTOR, fn, options),
  }
}
