import type { Clock } from '@base/core/clock'
import { Blocks } from './blocks.js'
import { type Meter, NEVER } from './meter.js'
import { meterOf } from './meter-of.js'
import { Rows } from './rows.js'
import type { RateLimit, RateLimitPolicyResult, RateLimitResult } from './store.js'
import { Sweeper, type Swept } from './sweeper.js'

/** All that is known of one limit: a row for each key that is not as new. */
export class Table implements Swept {
  readonly rows: Rows
  readonly #clock: Clock
  readonly #meters: readonly Meter[]
  readonly #aligned: boolean
  readonly #blocks = new Blocks()
  readonly #sweeper: Sweeper
  /** How long a call would have to wait for each policy; written by each call, so that none makes a list. */
  readonly #waits: number[]
  /** Now, on the two clocks, in whole microseconds. */
  #elapsed = 0
  #wall = 0

  constructor(limit: RateLimit, clock: Clock, maxKeys: number) {
    this.#clock = clock
    this.#meters = limit.policies.map(meterOf)
    this.#aligned = this.#meters.some(({ aligned }) => aligned)
    this.#waits = this.#meters.map(() => 0)
    this.rows = new Rows([...this.#meters.map(({ rows }) => rows), this.#blocks])
    this.#sweeper = new Sweeper(clock, maxKeys, this)
  }

  /** Keys that have a row. */
  get size(): number {
    return this.rows.size
  }

  consume(key: string, cost: number): RateLimitResult {
    this.look()
    let row = this.rows.of(key)
    const blocked = row === 0 ? 0 : this.#blocks.wait(row, this.#elapsed)
    let allowed = true
    for (let index = 0; index < this.#meters.length; index++) {
      const meter = this.#meters[index] as Meter
      meter.read(row, this.#now(meter))
      const wait = Math.max(meter.wait(cost), blocked)
      this.#waits[index] = wait
      if (wait > 0) allowed = false
    }
    if (allowed && cost > 0) {
      if (row === 0) row = this.#add(key)
      for (let index = 0; index < this.#meters.length; index++) this.#meters[index]?.charge(row, cost)
    }
    return { allowed, policies: this.#reports() }
  }

  reset(key: string): void {
    const row = this.rows.of(key)
    if (row > 0) this.rows.delete(row)
  }

  block(key: string, duration: number): void {
    this.look()
    const row = this.rows.of(key)
    // It may be shorter than the one before.
    if (row > 0) this.#sweeper.hasten()
    this.#blocks.block(row === 0 ? this.#sweeper.add(key) : row, this.#elapsed + duration * 1_000)
  }

  #add(key: string): number {
    const row = this.#sweeper.add(key)
    // Sweeping has read other rows.
    for (const meter of this.#meters) meter.read(row, this.#now(meter))
    return row
  }

  #reports(): readonly RateLimitPolicyResult[] {
    const [only] = this.#meters
    // Most limits have one policy, and a list of one is cheaper written than mapped.
    return only !== undefined && this.#meters.length === 1
      ? [this.#report(only, 0)]
      : this.#meters.map(this.#report)
  }

  readonly #report = (meter: Meter, index: number): RateLimitPolicyResult => {
    const { name, limit, window } = meter.policy
    const wait = this.#waits[index] as number
    return {
      name,
      limit,
      window,
      remaining: meter.remaining(),
      resetAfter: milliseconds(meter.idleIn()),
      retryAfter: wait === NEVER ? null : milliseconds(wait),
    }
  }

  idleIn(row: number): number {
    let longest = this.#blocks.wait(row, this.#elapsed)
    for (const meter of this.#meters) {
      meter.read(row, this.#now(meter))
      longest = Math.max(longest, meter.idleIn())
    }
    return longest
  }

  look(): void {
    this.#elapsed = Math.floor(this.#clock.monotonic() * 1_000)
    if (this.#aligned) this.#wall = Math.floor(this.#clock.now() * 1_000)
  }

  #now(meter: Meter): number {
    return meter.aligned ? this.#wall : this.#elapsed
  }
}

/** Up, for less would not suffice. */
function milliseconds(microseconds: number): number {
  return Math.ceil(microseconds / 1_000)
}
