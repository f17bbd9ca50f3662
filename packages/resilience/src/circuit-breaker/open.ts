import type { CallContext } from '../policy/call-context.js'
import type { Next } from '../policy/engine.js'
import type { Circuit, State } from './state.js'

/** Calls are refused until the pause is over; the first one after it is a probe. No timer: a call looks at the clock. */
export class Open implements State {
  readonly name = 'open'
  /** When a probe is due, on the monotonic clock. */
  readonly until: number
  /** How long the pause is, in milliseconds. */
  readonly pause: number
  readonly #circuit: Circuit

  constructor(circuit: Circuit, until: number, pause: number) {
    this.#circuit = circuit
    this.until = until
    this.pause = pause
  }

  /** Milliseconds until a probe may pass, 0 once it may. */
  get left(): number {
    const left = Math.ceil(this.until - this.#circuit.rules.clock.monotonic())
    // The longest pause may come out as more than a duration can say: numbers of that size are rounded.
    return Math.min(Math.max(0, left), Number.MAX_SAFE_INTEGER)
  }

  run(next: Next, ctx: CallContext): unknown {
    const circuit = this.#circuit
    const { left } = this
    if (left > 0) return circuit.refuse(left)
    circuit.probe(this.pause)
    // Whatever is the state by now: a listener may have changed it again.
    return circuit.state.run(next, ctx)
  }
}
