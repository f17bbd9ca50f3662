import { expect, test } from 'vitest'
import { type Deadline, Deadlines } from './deadlines.js'
import { later } from './later.js'

/** A clock whose timers come as late as the process is busy. */
class BusyClock {
  #now = 0
  readonly #timers = new Set<{ readonly due: number; readonly fn: () => void }>()

  monotonic(): number {
    return this.#now
  }

  schedule(milliseconds: number, fn: () => void) {
    const timer = { due: this.#now + milliseconds, fn }
    this.#timers.add(timer)
    return { cancel: () => void this.#timers.delete(timer), ref() {}, unref() {} }
  }

  /** The process is busy for so long. */
  block(milliseconds: number) {
    this.#now += milliseconds
  }

  /** What is due is called, and what has come in is read. */
  async turn() {
    for (const timer of this.#timers) {
      if (timer.due > this.#now || !this.#timers.delete(timer)) continue
      timer.fn()
    }
    await new Promise((resolve) => later(() => later(() => resolve(undefined))))
  }

  async busyFor(milliseconds: number) {
    this.block(milliseconds)
    await this.turn()
  }
}

class Waiting implements Deadline {
  at = 0
  isPutOff = false
  before: Deadline = this
  after: Deadline = this
  isOver = false

  expire() {
    this.isOver = true
  }
}

function setUp() {
  const clock = new BusyClock()
  const deadlines = new Deadlines(clock)
  const waiting = (timeout: number) => {
    const deadline = new Waiting()
    deadlines.add(timeout, deadline)
    return deadline
  }
  return { clock, waiting }
}

test('a deadline is over at its time', async () => {
  const { clock, waiting } = setUp()
  const [long, short] = [waiting(100), waiting(50)]
  await clock.busyFor(49)
  expect([long.isOver, short.isOver]).toEqual([false, false])
  await clock.busyFor(1)
  expect([long.isOver, short.isOver]).toEqual([false, true])
  await clock.busyFor(50)
  expect(long.isOver).toBe(true)
})

test('who was sent while the process was busy is waited for as long again, once', async () => {
  const { clock, waiting } = setUp()
  const deadline = waiting(1)
  await clock.busyFor(900)
  await clock.busyFor(898)
  expect(deadline.isOver).toBe(false)
  await clock.busyFor(900)
  expect(deadline.isOver).toBe(true)
})

test.each([
  ['no less than 50 ms', 21, 50],
  ['no more than a second', 60_000, 1_000],
])('and %s', async (_, busy, grace) => {
  const { clock, waiting } = setUp()
  const deadline = waiting(1)
  await clock.busyFor(busy)
  await clock.busyFor(grace - 1)
  expect(deadline.isOver).toBe(false)
  await clock.busyFor(1)
  expect(deadline.isOver).toBe(true)
})

test('who begins after the process was busy does not wait for those who began before', async () => {
  const { clock, waiting } = setUp()
  const before = waiting(1)
  clock.block(900)
  const after = waiting(10)
  await clock.turn()
  await clock.busyFor(10)
  expect([before.isOver, after.isOver]).toEqual([false, true])
  await clock.busyFor(890)
  expect(before.isOver).toBe(true)
})
