import type { CircuitBreaker } from '@base/resilience/circuit-breaker'

/** A state, as opossum has it: whether it is enabled is another matter. */
export type ShownState = 'closed' | 'open' | 'half_open'

/** Which breakers a facade has opened, whichever of them: it lasts until one of them, or the breaker itself, closes it. */
const openByHand = new WeakSet<CircuitBreaker>()
/** Those that are listened to for that, as long as they live: what was opened outlives the facade that did it. */
const watched = new WeakSet<CircuitBreaker>()

/**
 * The circuit of a breaker as opossum shows it: while it is disabled it keeps its state, and what a facade has opened stays
 * so. Ours forgets at `disable` what failures had opened, and who had isolated it.
 */
export class ShownCircuit {
  readonly #breaker: CircuitBreaker
  #onChange: (state: ShownState) => void
  readonly #off: () => void
  #last: ShownState
  #release: (() => void) | undefined

  /** `onChange` is told each time that another state is shown. */
  constructor(breaker: CircuitBreaker, onChange: (state: ShownState) => void) {
    this.#breaker = breaker
    this.#onChange = onChange
    this.#last = shown(breaker.state, 'closed')
    watch(breaker)
    // Its present state, for another listener may have changed it since.
    this.#off = breaker.on('stateChange', () => this.#show(this.state))
  }

  get state(): ShownState {
    return shown(this.#breaker.state, this.#last)
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
    this.#onChange = () => {}
  }

  #isolate(): void {
    // Whoever holds the breaker may have ended ours, so it is a new one each time, and the old one is given back.
    const release = this.#breaker.isolate()
    this.#release?.()
    this.#release = release
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

function shown(state: CircuitBreaker['state'], last: ShownState): ShownState {
  if (state === 'disabled') return last
  return state === 'isolated' ? 'open' : state
}
