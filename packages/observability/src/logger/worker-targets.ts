import type { DestinationStream } from 'pino'

/** How pino marks a transport of which each target has a level (`lib/transport.js`). */
const HAS_TARGETS = Symbol.for('pino.transport.usesMultistream')

/** A transport of pino, or its multistream. */
interface Transport {
  readonly [HAS_TARGETS]?: unknown
  readonly streams?: readonly { readonly stream?: DestinationStream }[]
}

/** Multistreams within each other that are looked into; one may hold itself. */
const DEEPEST = 8

/**
 * Whether lines go to a worker of pino that hands them on to targets by the `level` that it reads in each, maybe through
 * multistreams; what is added to these later is not seen.
 */
export function readsLevels(destination: DestinationStream, depth: number = DEEPEST): boolean {
  const { [HAS_TARGETS]: hasTargets, streams } = destination as Transport
  if (hasTargets === true) return true
  if (depth === 0 || !Array.isArray(streams)) return false
  return streams.some(({ stream }) => stream !== undefined && readsLevels(stream, depth - 1))
}
