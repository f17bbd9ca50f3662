/** How long, in seconds, or how many requests. */
export type Extent = { readonly duration: number } | { readonly amount: number }

/** How much is measured. */
export interface Effort {
  /** In each round every service runs once, in the opposite order of the round before. */
  readonly rounds: number
  /** Load before that which counts, for the compiler. */
  readonly warmUp: Extent
  readonly counted: Extent
  /** Starts of each service. */
  readonly starts: number
}

export type EffortName = 'full' | 'short' | 'smoke'

/** Ten minutes, two, and a proof that it runs. */
export const EFFORTS: Readonly<Record<EffortName, Effort>> = {
  full: { rounds: 5, warmUp: { duration: 3 }, counted: { duration: 5 }, starts: 7 },
  short: { rounds: 3, warmUp: { duration: 1 }, counted: { duration: 2 }, starts: 3 },
  smoke: { rounds: 1, warmUp: { amount: 20 }, counted: { amount: 100 }, starts: 1 },
}

/** Requests under way at a time, each on a connection of its own. */
export const CONNECTIONS = 16
