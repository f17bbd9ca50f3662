import type { Duration } from '../duration/duration.js'

/** Options of {@link Clock.sleep}. */
export interface SleepOptions {
  /** Ends the sleep: it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/** Options of {@link Clock.schedule}. */
export interface ScheduleOptions {
  /** Whether the timer keeps the process alive: a timer that a caller waits for does, an idle one does not. @defaultValue true */
  readonly ref?: boolean | undefined
  /** What it is for; a TestClock names it when it is left behind. */
  readonly name?: string | undefined
}

/**
 * Where blocks take the time from: the system's in production, a TestClock in tests.
 *
 * Durations may be longer than 2^31 − 1 ms (24.8 days), where `setTimeout` fires at once; `Infinity` waits for ever.
 */
export interface Clock {
  /** The wall clock, in milliseconds since 1970. It may step, also back: for what people see and what is stored. */
  now(): number
  /** Milliseconds from an unknown start, which never step back: for measuring. May have decimals. */
  monotonic(): number
  /** Resolves after the time, at once for 0 only after the present turn; leaves nothing behind when it is aborted. */
  sleep(duration: Duration, options?: SleepOptions): Promise<void>
  /** Calls `fn` once after the time, unless it is cancelled before. */
  schedule(duration: Duration, fn: () => void, options?: ScheduleOptions): Timer
}

/** A call that is due later. */
export interface Timer {
  /** It will not be called; nothing happens if it was. */
  cancel(): void
  /** It keeps the process alive from now on. */
  ref(): void
  /** It does not keep the process alive from now on. */
  unref(): void
}
