import type { Clock, Timer } from '@base/core/clock'
import type { CacheBus } from '../bus/cache-bus.js'
import { AgedMap } from '../store/aged-map.js'
import { withDeadline } from './deadline.js'
import { type Invalidation, PendingInvalidation } from './invalidation.js'
import { type BusMessage, beginningOf, messagesOf, parseMessage } from './message.js'

/** A message may take so long, in milliseconds; what fails is tried again after so long. */
const LIMIT = 250
const PAUSE = 1_000
/** After the last of a series of messages, its number is told once more, so that its loss is noticed. */
const ECHO = 5_000
/** Of more senders nothing is remembered. */
const MOST_SENDERS = 1_000

/** What a {@link BusLink} tells. */
export interface BusListener {
  /** Another cache, of this name, has invalidated this. */
  heard(invalidation: Invalidation, from: string): void
  /** Messages may be lost: nothing can be vouched for. */
  lost(): void
  /** This was told only now, after the bus had failed. */
  toldLate(invalidation: Invalidation): void
  /** The bus failed. */
  failed(error: unknown): void
}

/**
 * A cache's link to the others: tells them what it invalidates, and hears what they do.
 *
 * Each message has a number; one that is missing means that something was lost. What could not be told is told later. When
 * the bus is back after a failure the cache can have missed messages too, so it vouches for nothing.
 */
export class BusLink {
  /** Until the first subscription is there, or it takes too long. */
  ready: Promise<void> | undefined
  readonly #bus: CacheBus
  readonly #clock: Clock
  readonly #listener: BusListener
  readonly #name: string
  readonly #ownBeginning: string
  readonly #path: string
  readonly #untold: PendingInvalidation
  /** Which number came last from whom. */
  readonly #heard = new AgedMap<string, number>(MOST_SENDERS)
  #number = 0
  #isDown = false
  #isClosed = false
  #telling: Promise<void> | undefined
  #retry: Timer | undefined
  #echo: Timer | undefined
  #rejoin: Timer | undefined
  #joining: Promise<void>
  #leave: (() => void | Promise<void>) | undefined

  /** `path` is that of the namespace which everything that it tells is in. */
  constructor(bus: CacheBus, path: string, clock: Clock, name: string, listener: BusListener) {
    this.#bus = bus
    this.#path = path
    this.#untold = new PendingInvalidation(path)
    this.#clock = clock
    this.#listener = listener
    this.#name = name
    this.#ownBeginning = beginningOf(name)
    this.#joining = this.#join(true)
    this.ready = this.#joining.finally(() => {
      this.ready = undefined
    })
  }

  /** Never rejects: what cannot be told now is told later. */
  async tell(invalidation: Invalidation): Promise<void> {
    if (this.#isDown) this.#untold.keep(invalidation)
    else this.#untold.add(invalidation)
    // One after the other, so that numbers arrive in their order; once one has failed the others are told later.
    while (!this.#isDown && this.#telling !== undefined) await this.#telling
    if (!this.#isDown) await this.#tellUntold()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    for (const timer of [this.#retry, this.#echo, this.#rejoin]) timer?.cancel()
    await this.#telling
    await this.#tellUntold()
    await this.#joining
    try {
      await withDeadline(this.#clock, LIMIT, 'The end of a subscription to the cache bus', async () =>
        this.#leave?.(),
      )
    } catch (error) {
      this.#listener.failed(error)
    }
  }

  async #join(isFirst: boolean): Promise<void> {
    const subscribe = async () => this.#bus.subscribe(this.#hear, { onGap: () => this.#listener.lost() })
    const joining = subscribe()
    try {
      this.#leave = await withDeadline(this.#clock, LIMIT, 'A subscription to the cache bus', () => joining)
      if (!isFirst) this.#listener.lost()
    } catch (error) {
      this.#listener.failed(error)
      // One that comes late is of no use: the next one counts.
      joining.then((leave) => leave()).catch(() => {})
      this.#planRejoin()
    }
  }

  #planRejoin(): void {
    if (this.#isClosed) return
    const rejoin = () => {
      this.#joining = this.#join(false)
    }
    this.#rejoin = this.#clock.schedule(PAUSE, rejoin, { ref: false, name: 'cache bus recovery' })
  }

  readonly #hear = (given: string): void => {
    // A bus of one's own may hand on the bytes that it got.
    const text = String(given)
    // A bus tells everybody, also who has sent it: that need not be read to be known.
    if (text.startsWith(this.#ownBeginning)) return
    const message = parseMessage(text)
    // One that was written anew on the way begins in another form.
    if (message === undefined || message.from === this.#name) return
    if (this.#isGap(message)) this.#listener.lost()
    if (message.invalidation !== undefined) this.#listener.heard(message.invalidation, message.from)
  }

  /** Whether a message before this one did not arrive, or may not have: of a sender that is new, all but the first tell so. */
  #isGap({ from, number, invalidation }: BusMessage): boolean {
    const last = this.#heard.get(from) ?? 0
    this.#heard.set(from, number)
    return number !== (invalidation === undefined ? last : last + 1)
  }

  #tellUntold(): Promise<void> {
    this.#telling ??= this.#publishAll().finally(() => {
      this.#telling = undefined
    })
    return this.#telling
  }

  async #publishAll(isLate = this.#isDown): Promise<void> {
    if (this.#untold.isEmpty) return
    const owed = this.#untold.take()
    try {
      for (const text of messagesOf(owed, this.#path, this.#name, () => ++this.#number))
        await this.#publish(text)
      this.#planEcho()
      if (!isLate || this.#isClosed) return
      if (this.#isDown) {
        this.#isDown = false
        this.#listener.lost()
        // Whoever told something until now took the bus for down, and left it to this.
        await this.#publishAll(isLate)
      }
      this.#listener.toldLate(owed)
    } catch (error) {
      this.#isDown = true
      this.#untold.keep(owed)
      this.#listener.failed(error)
      this.#planRetry()
    }
  }

  #publish(text: string): Promise<void> {
    return withDeadline(this.#clock, LIMIT, 'A message to the cache bus', () => this.#bus.publish(text))
  }

  #planRetry(): void {
    if (this.#isClosed) return
    this.#retry?.cancel()
    this.#retry = this.#clock.schedule(PAUSE, () => void this.#tellUntold(), {
      ref: false,
      name: 'cache bus recovery',
    })
  }

  #planEcho(): void {
    if (this.#isClosed) return
    this.#echo?.cancel()
    const echo = () => {
      const text = JSON.stringify({ from: this.#name, number: this.#number })
      this.#publish(text).catch((error: unknown) => this.#listener.failed(error))
    }
    this.#echo = this.#clock.schedule(ECHO, echo, { ref: false, name: 'cache bus echo' })
  }
}
