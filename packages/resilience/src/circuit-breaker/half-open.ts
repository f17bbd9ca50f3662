import type { CallContext } from '../policy/call-context.js'
import type { Next } from '../policy/engine.js'
import type { Circuit, State } from './state.js'

/** A call that shows whether the dependency is back. */
interface Probe {
  readonly start: number
  readonly ctx: CallContext
  /** What the call had waited in our own queues by then. */
  readonly waited: number
}

/** Lets so many probes pass at once, and refuses all other calls. */
export class HalfOpen implements State {
  readonly name = 'half_open'
  readonly #circuit: Circuit
  readonly #timeout: number
  readonly #probes = new Set<Probe>()
  #successes = 0

  constructor(circuit: Circuit, timeout: number) {
    this.#circuit = circuit
    this.#timeout = timeout
  }

  run(next: Next, ctx: CallContext): unknown {
    const { permits, clock } = this.#circuit.rules
    for (const probe of this.#probes) {
      const overdue = this.#took(probe) - this.#timeout
      if (overdue >= 0) return this.#giveUp(overdue, next, ctx)
    }
    if (this.#probes.size >= permits) return this.#circuit.refuse(undefined)
    const probe = { start: clock.monotonic(), ctx, waited: ctx.waited }
    this.#probes.add(probe)
    return this.#run(probe, next)
  }

  /** It has been open for so long, and may be due for a probe again. */
  #giveUp(overdue: number, next: Next, ctx: CallContext): unknown {
    this.#circuit.open('probe_timeout', this.#circuit.rules.clock.monotonic() - overdue)
    return this.#circuit.state.run(next, ctx)
  }

  #run(probe: Probe, next: Next): unknown {
    let result: unknown
    try {
      result = next(probe.ctx)
    } catch (error) {
      return this.#fail(probe, error)
    }
    if (!(result instanceof Promise)) return this.#pass(probe, result)
    return result.then(
      (value: unknown) => this.#pass(probe, value),
      (error: unknown) => this.#fail(probe, error),
    )
  }

  #pass(probe: Probe, value: unknown): unknown {
    const circuit = this.#circuit
    if (!this.#isCurrent(probe)) return value
    const slow = this.#isSlow(probe)
    if (circuit.isFailureResult(value)) {
      circuit.failed({ value }, slow)
      this.#openUnlessOver('probe_failed')
    } else {
      this.#successes++
      circuit.succeeded(value, slow)
      if (slow) this.#openUnlessOver('slow_calls')
      else if (this.#successes >= circuit.rules.successes && circuit.state === this)
        circuit.close('probes_succeeded')
    }
    return value
  }

  #fail(probe: Probe, error: unknown): never {
    const circuit = this.#circuit
    if (this.#isCurrent(probe)) {
      if (circuit.isFailure(error, probe.ctx)) {
        circuit.failed({ error }, this.#isSlow(probe))
        this.#openUnlessOver('probe_failed')
      } else circuit.ignored()
    }
    throw error
  }

  /** Gives its permit back. */
  #isCurrent(probe: Probe): boolean {
    this.#probes.delete(probe)
    if (this.#circuit.state === this) return true
    this.#circuit.late()
    return false
  }

  #isSlow(probe: Probe): boolean {
    return this.#took(probe) >= this.#circuit.rules.slowDuration
  }

  /** Without what it waited in our own queues. */
  #took({ start, ctx, waited }: Probe): number {
    return this.#circuit.rules.clock.monotonic() - start - (ctx.waited - waited)
  }

  #openUnlessOver(reason: 'probe_failed' | 'slow_calls'): void {
    // A listener, told of the outcome, may have changed the state.
    if (this.#circuit.state === this) this.#circuit.open(reason)
  }
}
