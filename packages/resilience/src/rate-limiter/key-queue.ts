import type { Clock, Timer } from '@base/core/clock'
import { Line, type Place } from '../bulkhead/line.js'
import type { Deadlines } from '../timeout/deadlines.js'
import { LONGEST_PAUSE } from './longest-pause.js'
import type { RateLimitResult } from './store.js'
import type { Turn, TurnRoom } from './turn.js'

/** What a {@link KeyQueue} needs of its limiter. */
export interface QueueOwner {
  readonly clock: Clock
  readonly deadlines: Deadlines
  /** Spends one for the next in the line. */
  ask(key: string): RateLimitResult | Promise<RateLimitResult>
  /** The error of a wait that was too long. */
  waitedTooLong(key: string, last: RateLimitResult): unknown
  /** Gives what was spent to whoever is next. */
  passOn(key: string): void
  /** Nobody waits any more. */
  emptied(key: string): void
}

/** A line that tells when the last has left. */
class WaitingLine extends Line<Turn> {
  readonly #onEmpty: () => void

  constructor(onEmpty: () => void) {
    super()
    this.#onEmpty = onEmpty
  }

  override remove(place: Turn & Place): void {
    const before = this.size
    super.remove(place)
    if (before > 0 && this.size === 0) this.#onEmpty()
  }
}

/** The calls of one key that wait: one question and one timer at a time, for whose turn it is. */
export class KeyQueue implements TurnRoom {
  readonly line: WaitingLine = new WaitingLine(() => this.#empty())
  readonly deadlines: Deadlines
  readonly clock: Clock
  readonly movedAt: number = Number.POSITIVE_INFINITY
  readonly #owner: QueueOwner
  readonly #key: string
  #last: RateLimitResult
  /** When it came. */
  #since: number
  #timer: Timer | undefined
  #dueAt = 0
  /** Whose wait is over unless the answer says that it is their turn. */
  #overdue: Turn[] = []
  #asking = false
  #again = false

  /** After a refusal. */
  constructor(owner: QueueOwner, key: string, refusal: RateLimitResult) {
    this.#owner = owner
    this.#key = key
    this.#last = refusal
    this.clock = owner.clock
    this.#since = owner.clock.monotonic()
    this.deadlines = owner.deadlines
  }

  waitedTooLong(): unknown {
    return this.#owner.waitedTooLong(this.#key, this.refusal())
  }

  /** The latest refusal, as it reads by now. */
  refusal(): RateLimitResult {
    const elapsed = this.clock.monotonic() - this.#since
    const left = (wait: number) => Math.max(0, Math.ceil(wait - elapsed))
    const policies = this.#last.policies.map((policy) => ({
      ...policy,
      resetAfter: left(policy.resetAfter),
      // null stays, for it is never allowed, and 0; a wait that is over is as good as over until the store has said so.
      retryAfter: policy.retryAfter && Math.max(1, left(policy.retryAfter)),
    }))
    return { ...this.#last, policies }
  }

  /** Once someone waits. */
  start(): void {
    if (this.#timer === undefined && !this.#asking) this.#rest()
  }

  defers(turn: Turn): boolean {
    const isDue = this.#timer !== undefined && this.#dueAt <= this.clock.monotonic()
    if (!isDue && !this.#asking) return false
    this.#overdue.push(turn)
    if (isDue) this.wake()
    return true
  }

  /** Asks now, for there may be more to spend than before. */
  wake(): void {
    // The answer that is on its way may be from before.
    this.#again = this.#asking
    if (this.#asking) return
    this.#timer?.cancel()
    this.#ask()
  }

  #rest(): void {
    const wait = longestWait(this.#last)
    const pause = wait === null ? Number.POSITIVE_INFINITY : Math.min(Math.max(1, wait), LONGEST_PAUSE)
    this.#dueAt = this.clock.monotonic() + pause
    this.#timer = this.clock.schedule(pause, this.#ask, { name: 'wait for a rate limit' })
  }

  readonly #ask = (): void => {
    this.#timer = undefined
    while (this.line.size > 0) {
      const result = this.#owner.ask(this.#key)
      if (result instanceof Promise) {
        this.#asking = true
        result.then((later) => {
          const again = this.#again
          this.#asking = false
          this.#again = false
          if (this.#settle(later)) this.#ask()
          else if (again) this.wake()
        })
        return
      }
      if (!this.#settle(result)) return
    }
  }

  /** Whether to ask for the next one. */
  #settle(result: RateLimitResult): boolean {
    if (result.allowed) {
      this.#owner.passOn(this.#key)
      return true
    }
    this.#last = result
    this.#since = this.clock.monotonic()
    const overdue = this.#overdue
    this.#overdue = []
    for (const turn of overdue) if (turn.waits) turn.giveUp()
    if (this.line.size > 0) this.#rest()
    return false
  }

  #empty(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#owner.emptied(this.#key)
  }
}

/** A wait where nobody says how long: as long as a store that has failed is left alone. */
const UNKNOWN = 1_000

/** The longest wait that any policy asks for, in milliseconds; `null` where one never allows it. */
export function longestWait(result: RateLimitResult): number | null {
  const { allowed, policies } = result
  if (allowed) return 0
  let longest = isUncounted(result) ? UNKNOWN : 0
  for (const { retryAfter } of policies) {
    if (retryAfter === null) return null
    // A store of someone else may say anything.
    longest = Math.max(longest, Number.isFinite(retryAfter) ? Math.ceil(retryAfter) : UNKNOWN)
  }
  return longest
}

/** Whether the store failed, and no other one has counted in its place. */
export function isUncounted({ policies, degraded }: RateLimitResult): boolean {
  return degraded === true && policies.length === 0
}
