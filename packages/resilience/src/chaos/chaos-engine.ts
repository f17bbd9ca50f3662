import type { Clock } from '@base/core/clock'
import { diagnosticsChannel, diagnosticsSources } from '@base/core/diagnostics'
import { ask, atOnce } from '../policy/ask.js'
import type { CallContext } from '../policy/call-context.js'
import type { Engine, Next } from '../policy/engine.js'
import { Observers } from '../policy/observers.js'
import { readingOf } from '../policy/reading.js'
import { pause } from '../retry/pause.js'
import type { ChaosEvents } from './events.js'

const channels = { fault: /* @__PURE__ */ diagnosticsChannel('base:resilience:chaos:fault') }

const sources = /* @__PURE__ */ diagnosticsSources<ChaosEngine>('base:resilience:chaos', readingOf)

/** The options of a {@link Chaos}, checked and complete. */
export interface ChaosRules {
  readonly name: string
  readonly rate: number
  readonly latency: { readonly min: number; readonly max: number }
  /** Makes the error; `undefined` where a disturbed call is late alone. */
  readonly error: (() => unknown) | undefined
  readonly enabled: () => boolean
  readonly clock: Clock
  readonly random: () => number
}

/** What a {@link Chaos} has counted since it was made. */
export interface ChaosStats {
  /** Calls that began. */
  readonly calls: number
  /** Those that were disturbed. */
  readonly faults: number
}

export class ChaosEngine implements Engine {
  readonly kind = 'chaos'
  readonly rules: ChaosRules
  readonly observers: Observers<ChaosEvents> = new Observers('Chaos', channels)
  #calls = 0
  #faults = 0

  constructor(rules: ChaosRules) {
    this.rules = rules
    sources.add(this)
  }

  get stats(): ChaosStats {
    return { calls: this.#calls, faults: this.#faults }
  }

  run(next: Next, ctx: CallContext): unknown {
    const { rate, random } = this.rules
    this.#calls++
    // Drawn for each call, so that a seed gives the same faults whether it was switched off between or not.
    const isStruck = random() < rate
    const held = this.#latency()
    return isStruck && ask('Chaos', 'enabled', this.rules.enabled, false)
      ? this.#disturb(held, next, ctx)
      : next(ctx)
  }

  #latency(): number {
    const { latency, random } = this.rules
    const { min, max } = latency
    return min === max ? min : Math.round(min + random() * (max - min))
  }

  async #disturb(held: number, next: Next, ctx: CallContext): Promise<unknown> {
    const { name, error: make, clock } = this.rules
    const fault = make === undefined ? undefined : { error: atOnce(make()) }
    this.#faults++
    this.observers.tell('fault', { name, latency: held, ...fault })
    if (held > 0) await pause(clock, held, ctx, 'chaos')
    if (fault !== undefined) throw fault.error
    return next(ctx)
  }
}
