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

  run(next: Next, ctx: CallContext): unknown {
    const circuit = this.#circuit
    const remaining = this.until - circuit.rules.clock.monotonic()
    if (remaining > 0) return circuit.refuse(Math.ceil(remaining))
    circuit.probe(this.pause)
    // Whatever is the state by now: a listener may have changed it again.
    return circuit.state.run(next, ctx)
  }
}
