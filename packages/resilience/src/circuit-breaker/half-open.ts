import type { CallContext } from '../policy/call-context.js'
import type { Next } from '../policy/engine.js'
import type { CircuitStateChangeReason } from './events.js'
import { runJudged, type Stopwatch, stopwatch } from './judged-call.js'
import type { Circuit, JudgingState } from './state.js'

/** Lets so many probes, which show whether the dependency is back, pass at once, and refuses all other calls. */
export class HalfOpen implements JudgingState {
  readonly name = 'half_open'
  readonly #circuit: Circuit
  readonly #timeout: number
  readonly #probes = new Set<Stopwatch>()
  #successes = 0

  constructor(circuit: Circuit, timeout: number) {
    this.#circuit = circuit
    this.#timeout = timeout
  }

  run(next: Next, ctx: CallContext): unknown {
    const circuit = this.#circuit
    const { permits, clock, slowDuration } = circuit.rules
    for (const took of this.#probes) {
      const overdue = took() - this.#timeout
      if (overdue >= 0) return this.#giveUp(overdue, next, ctx)
    }
    if (this.#probes.size >= permits) return circuit.refuse(undefined)
    const took = stopwatch(clock, ctx)
    this.#probes.add(took)
    return runJudged(circuit, this, next, ctx, () => {
      // Gives its permit back.
      this.#probes.delete(took)
      return took() >= slowDuration
    })
  }

  /** It has been open for so long, and may be due for a probe again. */
  #giveUp(overdue: number, next: Next, ctx: CallContext): unknown {
    const circuit = this.#circuit
    circuit.open('probe_timeout', circuit.rules.clock.monotonic() - overdue)
    return circuit.state.run(next, ctx)
  }

  count(failed: boolean, slow: boolean): CircuitStateChangeReason | undefined {
    if (failed) return 'probe_failed'
    if (slow) return 'slow_calls'
    this.#successes++
    return this.#successes < this.#circuit.rules.successes ? undefined : 'probes_succeeded'
  }
}
