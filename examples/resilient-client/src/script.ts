/** How the server treats requests; shares are from 0 to 1 and together no more than 1. */
export interface Behaviour {
  /** How long an answer takes, from and to, in milliseconds. */
  readonly latency: readonly [number, number]
  /** How many it works on at full pace; more at once take longer in proportion. As many as there are, if unset. */
  readonly workers?: number
  /** The share of requests that are answered with 503. */
  readonly fails?: number
  /** The share whose connection is reset. */
  readonly drops?: number
  /** The share that is never answered. */
  readonly hangs?: number
  /** The share that takes {@link STRAGGLING} longer, as if it had met a busy replica. */
  readonly straggles?: number
}

/** A part of the story: how the server behaves, and how often it is asked. */
export interface Phase {
  readonly name: string
  /** In milliseconds. */
  readonly lasts: number
  /** A call each so many milliseconds. */
  readonly every: number
  readonly server: Behaviour
}

/** By how many milliseconds a straggler is late. */
export const STRAGGLING = 1_200

/** Requests that the server takes in any second; it answers 429 to what is more. */
export const CAPACITY = 30

const FAST = [20, 60] as const

/** What happens to the client, in this order. */
export const story: readonly Phase[] = [
  { name: 'well', lasts: 15_000, every: 100, server: { latency: FAST, straggles: 0.04 } },
  { name: 'flaky', lasts: 15_000, every: 100, server: { latency: FAST, fails: 0.2, drops: 0.05 } },
  { name: 'down', lasts: 15_000, every: 100, server: { latency: FAST, fails: 0.8, drops: 0.2 } },
  { name: 'back', lasts: 10_000, every: 100, server: { latency: FAST } },
  { name: 'hangs', lasts: 15_000, every: 100, server: { latency: FAST, hangs: 1 } },
  { name: 'slow', lasts: 15_000, every: 100, server: { latency: [700, 1_000], workers: 6 } },
  { name: 'crowded', lasts: 10_000, every: 25, server: { latency: FAST } },
  { name: 'recovered', lasts: 15_000, every: 100, server: { latency: FAST } },
]
