import type { Clock } from '@base/core/clock'
import { type Behaviour, CAPACITY, STRAGGLING } from './script.ts'

/** What the server says to a request; `reset` cuts the connection. */
export type Answer = { readonly status: number; readonly body: string } | 'reset'

/** What became of the requests that a server has received. */
export interface Book {
  readonly received: number
  /** Those that got a price. */
  readonly answered: number
  /** Those that got a 503. */
  readonly failed: number
  /** Those whose connection was reset. */
  readonly dropped: number
  /** Those that were never going to be answered. */
  readonly hung: number
  /** Those that were late. */
  readonly straggled: number
  /** Those that were too many, and got a 429. */
  readonly refused: number
}

type Fate = 'answered' | 'failed' | 'dropped' | 'hung' | 'straggled'

const SECOND = 1_000

/** Tells a price, or misbehaves as it is told to. It knows nothing of HTTP or of real time. */
export class PriceServer {
  readonly #clock: Clock
  readonly #random: () => number
  readonly #book = { received: 0, answered: 0, failed: 0, dropped: 0, hung: 0, straggled: 0, refused: 0 }
  /** When the requests of the last second were taken. */
  readonly #taken: number[] = []
  #behaviour: Behaviour = { latency: [0, 0] }
  #underWay = 0

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock
    this.#random = random
  }

  get book(): Book {
    return { ...this.#book }
  }

  /** How it treats what it receives from now on. */
  behave(behaviour: Behaviour): void {
    this.#behaviour = behaviour
  }

  /** Answers one request. @param signal aborts when the caller has left, and it rejects with its reason. */
  async answer(signal: AbortSignal): Promise<Answer> {
    const price = ++this.#book.received
    if (!this.#hasRoom()) {
      this.#book.refused++
      return { status: 429, body: '' }
    }
    const fate = this.#fate()
    const delay = this.#latency()
    this.#book[fate]++
    this.#underWay++
    try {
      await this.#clock.sleep(delayOf(fate, delay), { signal })
    } finally {
      this.#underWay--
    }
    if (fate === 'dropped') return 'reset'
    if (fate === 'failed') return { status: 503, body: '' }
    return { status: 200, body: JSON.stringify({ price }) }
  }

  #hasRoom(): boolean {
    const now = this.#clock.monotonic()
    while (this.#taken[0] !== undefined && this.#taken[0] <= now - SECOND) this.#taken.shift()
    return this.#taken.length < CAPACITY && this.#taken.push(now) > 0
  }

  #latency(): number {
    const { latency, workers = Number.POSITIVE_INFINITY } = this.#behaviour
    const alone = latency[0] + this.#random() * (latency[1] - latency[0])
    return Math.round(alone * Math.max(1, (this.#underWay + 1) / workers))
  }

  #fate(): Fate {
    const { fails = 0, drops = 0, hangs = 0, straggles = 0 } = this.#behaviour
    const drawn = this.#random()
    if (drawn < fails) return 'failed'
    if (drawn < fails + drops) return 'dropped'
    if (drawn < fails + drops + hangs) return 'hung'
    return drawn < fails + drops + hangs + straggles ? 'straggled' : 'answered'
  }
}

function delayOf(fate: Fate, delay: number): number {
  if (fate === 'hung') return Number.POSITIVE_INFINITY
  return fate === 'straggled' ? delay + STRAGGLING : delay
}
