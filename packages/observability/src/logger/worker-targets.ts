import type { DestinationStream } from 'pino'

/** How pino marks a transport of which each target has a level (`lib/transport.js`). */
const HAS_TARGETS = Symbol.for('pino.transport.usesMultistream')

/** A transport of pino, or its multistream. */
interface Transport {
  readonly [HAS_TARGETS]?: unknown
  readonly streams?: readonly { readonly stream?: Transport }[]
}

/**
 * Whether lines go to a worker of pino that hands them on to targets by the `level` that it reads in each, maybe through a
 * multistream; what is added to that later is not seen.
 */
export function readsLevels(destination: DestinationStream): boolean {
  const { [HAS_TARGETS]: hasTargets, streams } = destination as Transport
  return (
    hasTargets === true ||
    (Array.isArray(streams) && streams.some(({ stream }) => stream?.[HAS_TARGETS] === true))
  )
}
