import type { Clock, ScheduleOptions, SleepOptions, Timer } from '../clock/clock.js'
import { sleep } from '../clock/sleep.js'
import { snapshot } from '../context/storage.js'
import { type Duration, toMilliseconds } from '../duration/duration.js'
import { formatDuration } from '../duration/format-duration.js'
import { AppError } from '../errors/app-error.js'
import { checkFunction, checkOptions, invalidOption } from '../options/options.js'
import { settle } from './settle.js'
import { TimerQueue } from './timer-queue.js'

/** 2025-01-01: any fixed time does, and one that looks like a time is easier to read. */
const DEFAULT_NOW = Date.UTC(2025, 0, 1)

/** More timers than this in one `runAll`, or each at once after the other, is a timer that plans itself anew for ever. */
const MOST_TIMERS = 10_000

const PLACE = { package: '@base/core', pattern: 'TestClock' } as const

/** Options of {@link TestClock}. */
export interface TestClockOptions {
  /** The wall clock's first time, in milliseconds since 1970. @defaultValue 2025-01-01T00:00:00Z */
  readonly now?: number | undefined
}

/** A timer that has not fired. */
export interface PendingTimer {
  /** What it was scheduled for, `'timer'` if nobody said. */
  readonly name: string
  /** When it is due, in milliseconds from now. */
  readonly dueIn: number
}

/**
 * A clock that stands until a test moves it.
 *
 * `advance` fires what is due, in order of time, then of scheduling; each timer sees its own time, and what it sets off
 * settles before the next one: promises of any depth, `queueMicrotask`, `process.nextTick` and `setImmediate`. As with
 * the timers of a runtime, its function runs in the asynchronous context that it was scheduled in. Real
 * I/O (files, sockets, workers) takes real time, which no clock can move: await it in the test.
 *
 * @example
 * const clock = new TestClock()
 * const waiting = clock.sleep('30s')
 * await clock.advance('30s')
 * await waiting
 * clock.pending // 0
 */
export class TestClock implements Clock {
  readonly #timers = new TimerQueue()
  #now: number
  #elapsed = 0
  /** The chain of a timer of 0 that is scheduled now. */
  #chain = 0
  #moving: Promise<void> = Promise.resolve()

  /** @throws {@link InvalidOptionError} where `now` is not a whole number, or stands in place of the options. */
  constructor(options: TestClockOptions = {}) {
    const { now = DEFAULT_NOW } = checkOptions(options, PLACE)
    this.#now = checkNow(now)
  }

  /** How many timers would keep a process alive: scheduled, not fired, not cancelled, and ref'd. */
  get pending(): number {
    return this.#timers.pending().length
  }

  /** Those timers, the next one first. */
  get pendingTimers(): readonly PendingTimer[] {
    return this.#timers.pending().map(({ name, due }) => ({ name, dueIn: due - this.#elapsed }))
  }

  now(): number {
    return this.#now
  }

  monotonic(): number {
    return this.#elapsed
  }

  sleep(duration: Duration, options?: SleepOptions): Promise<void> {
    return sleep(this, duration, options)
  }

  schedule(duration: Duration, fn: () => void, { ref = true, name = 'timer' }: ScheduleOptions = {}): Timer {
    const delay = toMilliseconds(duration, { pattern: 'Clock.schedule', infinity: true })
    checkFunction(fn, { package: '@base/core', pattern: 'Clock.schedule', option: 'fn' })
    const chain = delay === 0 ? this.#chain : 0
    const within = snapshot()
    const run = within === undefined ? fn : () => within(fn)
    return this.#timers.add({ due: this.#elapsed + delay, fn: run, keepsAlive: ref, name, chain })
  }

  /**
   * Lets a time pass. Calls made meanwhile follow one after the other. If a timer's function throws, it rejects with
   * that error, and the clock stands at that timer's time.
   *
   * @throws AppError `CLOCK_NOT_IDLE` after 10,000 timers of 0 that each planned the next, as a loop of `sleep(0)` does:
   * time never passes there.
   */
  advance(duration: Duration): Promise<void> {
    const by = toMilliseconds(duration, { pattern: 'TestClock.advance' })
    return this.#move(() => this.#advanceTo(this.#elapsed + by))
  }

  /**
   * Lets time pass until no timer is {@link TestClock.pending}.
   *
   * @throws AppError `CLOCK_NOT_IDLE` after 10,000 timers, or where none is ever due, naming those that are still pending.
   */
  runAll(): Promise<void> {
    return this.#move(async () => {
      await settle()
      for (let fired = 0; this.pending > 0; fired++) {
        if (fired === MOST_TIMERS) throw notIdle(`after ${MOST_TIMERS} timers`, this.pendingTimers)
        if (!(await this.#fireNext(Number.POSITIVE_INFINITY))) throw notIdle('for ever', this.pendingTimers)
      }
    })
  }

  /** Steps the wall clock, forwards or back, as a correction of the system's time does; nothing fires. */
  setNow(now: number): void {
    this.#now = checkNow(now)
  }

  /**
   * Proves that nothing is left behind.
   *
   * @throws AppError `CLOCK_NOT_IDLE` naming every pending timer.
   */
  assertIdle(): void {
    if (this.pending > 0) throw notIdle('at the end', this.pendingTimers)
  }

  #move(step: () => Promise<void>): Promise<void> {
    const moved = this.#moving.then(step)
    this.#moving = moved.catch(() => {})
    return moved
  }

  async #advanceTo(target: number): Promise<void> {
    await settle()
    while (await this.#fireNext(target)) {}
    this.#passTo(target)
  }

  async #fireNext(until: number): Promise<boolean> {
    const timer = this.#timers.take(until)
    if (timer === undefined) return false
    this.#passTo(timer.due)
    this.#chain = timer.chain + 1
    timer.fn()
    await settle()
    this.#chain = 0
    if (timer.chain === MOST_TIMERS) throw notIdle(`after ${MOST_TIMERS} timers at once`, this.pendingTimers)
    return true
  }

  #passTo(elapsed: number): void {
    this.#now += elapsed - this.#elapsed
    this.#elapsed = elapsed
  }
}

function checkNow(now: unknown): number {
  if (Number.isSafeInteger(now)) return now as number
  throw invalidOption(now, { ...PLACE, option: 'now' }, 'whole milliseconds since 1970')
}

function notIdle(when: string, timers: readonly PendingTimer[]): AppError {
  const names = timers.map(({ name, dueIn }) => `'${name}' in ${formatDuration(dueIn)}`)
  return new AppError({
    code: 'CLOCK_NOT_IDLE',
    kind: 'internal',
    message: `Timers are pending ${when}: ${names.join(', ')}.`,
    details: { timers: timers.map(({ name }) => name) },
  })
}
