import type { Clock, Timer } from '@base/core/clock'
import type { CircuitBreaker } from '@base/resilience/circuit-breaker'

/** A state, as opossum has it: whether it is enabled is another matter. */
export type ShownState = 'closed' | 'open' | 'half_open'

/** Which breakers a facade has opened, whichever of them: it lasts until one of them, or the breaker itself, closes it. */
const openByHand = new WeakSet<CircuitBreaker>()
/** Those that are listened to for that, as long as they live: what was opened outlives the facade that did it. */
const watched = new WeakSet<CircuitBreaker>()

/**
 * The circuit of a breaker as opossum shows it: while it is disabled it keeps its state, and what a facade has opened stays
 * so, and a circuit whose pause is over is half-open before a call comes. Ours forgets at `disable` what failures had
 * opened, and who had isolated it, and stays open until that call.
 */
export class ShownCircuit {
  readonly #breaker: CircuitBreaker
  readonly #clock: Pick<Clock, 'schedule'>
  #onChange: (state: ShownState) => void
  readonly #off: () => void
  #last: ShownState
  #release: (() => void) | undefined
  #timer: Timer | undefined
  #pause = 0

  /** `onChange` is told each time that another state is shown. */
  constructor(
    breaker: CircuitBreaker,
    clock: Pick<Clock, 'schedule'>,
    onChange: (state: ShownState) => void,
  ) {
    this.#breaker = breaker
    this.#clock = clock
    this.#onChange = onChange
    this.#last = this.#shown('closed')
    watch(breaker)
    // Its present state, for another listener may have changed it since.
    this.#off = breaker.on('stateChange', () => this.#follow())
    this.#follow()
  }

  get state(): ShownState {
    return this.#shown(this.#last)
  }

  /** How long the circuit was open, or is, before it probes, in milliseconds; 0 where that was never so. */
  get pause(): number {
    return this.#pause
  }

  get enabled(): boolean {
    return this.#breaker.state !== 'disabled'
  }

  open(): void {
    openByHand.add(this.#breaker)
    if (this.enabled) this.#isolate()
    else this.#show('open')
  }

  close(): void {
    openByHand.delete(this.#breaker)
    if (this.enabled) this.#breaker.close()
    else this.#show('closed')
  }

  disable(): void {
    this.#breaker.disable()
  }

  enable(): void {
    if (this.enabled) return
    if (openByHand.has(this.#breaker)) this.#isolate()
    else this.#breaker.close()
  }

  /** Listens to the breaker no longer, and tells nothing. */
  end(): void {
    this.#off()
    this.#timer?.cancel()
    this.#onChange = () => {}
  }

  #isolate(): void {
    // Whoever holds the breaker may have ended ours, so it is a new one each time, and the old one is given back.
    const release = this.#breaker.isolate()
    this.#release?.()
    this.#release = release
  }

  #follow(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    const { state, pause } = this.#breaker.snapshot()
    if (state === 'open') {
      this.#pause = pause
      this.#awaitProbe()
    }
    this.#show(this.state)
  }

  /** The timer may be of another clock than the breaker's, and early. */
  #awaitProbe(): void {
    const left = this.#breaker.retryAfter ?? 0
    if (left === 0) return
    const look = () => {
      this.#awaitProbe()
      this.#show(this.state)
    }
    this.#timer = this.#clock.schedule(left, look, { ref: false, name: 'circuit of opossumFacade' })
  }

  #shown(last: ShownState): ShownState {
    const { state, retryAfter } = this.#breaker
    if (state === 'disabled') return last
    if (state === 'isolated') return 'open'
    return state === 'open' && retryAfter === 0 ? 'half_open' : state
  }

  #show(state: ShownState): void {
    if (state === this.#last) return
    this.#last = state
    this.#onChange(state)
  }
}

function watch(breaker: CircuitBreaker): void {
  if (watched.has(breaker)) return
  watched.add(breaker)
  breaker.on('stateChange', () => {
    if (breaker.state === 'closed') openByHand.delete(breaker)
  })
}
