import { invalidOption } from '@base/core/options'
import { placesOf } from '../policy/place.js'

/** The states of a circuit. */
export type CircuitState = 'closed' | 'open' | 'half_open' | 'isolated' | 'disabled'

/** A circuit as plain JSON: what {@link CircuitBreaker.snapshot} gives and the option `initial` takes. */
export interface CircuitBreakerSnapshot {
  /** The form of this snapshot. */
  readonly version: 1
  /** The state at that time. */
  readonly state: CircuitState
  /** Openings since the circuit was last closed. */
  readonly openings: number
  /** Failures in a row, with a consecutive window. */
  readonly failures: number
  /** How long the circuit stays open, in milliseconds; 0 in other states. */
  readonly pause: number
  /** When a probe is due, in milliseconds since 1970, so that it holds in another process; 0 in other states. */
  readonly until: number
}

const STATES: ReadonlySet<unknown> = new Set(['closed', 'open', 'half_open', 'isolated', 'disabled'])
const COUNTS = ['openings', 'failures', 'pause', 'until'] as const

/** Anything may come out of a store: nothing is believed. */
export function checkSnapshot(initial: unknown): CircuitBreakerSnapshot {
  const snapshot = { ...(initial as object | null) } as Partial<CircuitBreakerSnapshot>
  const isWhole = COUNTS.every(
    (name) => Number.isSafeInteger(snapshot[name]) && (snapshot[name] as number) >= 0,
  )
  if (snapshot.version !== 1 || !STATES.has(snapshot.state) || !isWhole)
    throw invalidOption(initial, placesOf('CircuitBreaker')('initial'), 'what snapshot() gave')
  return snapshot as CircuitBreakerSnapshot
}
