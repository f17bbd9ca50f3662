import type { Circuit, State } from './state.js'

/** Opened by hand: calls are refused until the last isolation is released, or the circuit closed. */
export class Isolated implements State {
  readonly name = 'isolated'
  /** How many isolations are not released yet. */
  isolations: number
  readonly #circuit: Circuit

  constructor(circuit: Circuit, isolations = 0) {
    this.#circuit = circuit
    this.isolations = isolations
  }

  run(): unknown {
    return this.#circuit.refuse(undefined)
  }
}

/** Switched off by hand: calls pass, and nothing is counted. */
export const disabled: State = { name: 'disabled', run: (next, ctx) => next(ctx) }
