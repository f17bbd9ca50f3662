import autocannon from 'autocannon'
import { CONNECTIONS, type Extent } from './effort.ts'

/** What one spell of load came to. */
export interface Spell {
  readonly requests: number
  readonly requestsPerSecond: number
  /** Milliseconds from the request to the end of its answer: of half of them at most, and of 99 of 100. */
  readonly p50: number
  readonly p99: number
}

/** How often autocannon looks whether the time is over, in milliseconds. */
const LOOK = 50

/**
 * Sends the requests over and over: a bounded number at a time, the next when an answer is there. What
 * autocannon rounds to milliseconds is counted here by itself.
 *
 * @throws Error where an answer is no success, or none comes.
 */
export async function drive(
  url: string,
  requests: readonly autocannon.Request[],
  extent: Extent,
): Promise<Spell> {
  const times: number[] = []
  const { promise, resolve, reject } = Promise.withResolvers<autocannon.Result>()
  const options = {
    url,
    connections: CONNECTIONS,
    ...extent,
    sampleInt: LOOK,
    requests: [...requests],
  }
  const run = autocannon(options, (error, result) => (error ? reject(error) : resolve(result)))
  run.on('response', (_, __, ___, time) => times.push(time))
  const begin = performance.now()
  const { non2xx, errors, statusCodeStats } = await promise
  const elapsed = (performance.now() - begin) / 1_000
  if (non2xx > 0 || errors > 0)
    throw new Error(`Not all was answered: ${errors} errors, ${JSON.stringify(statusCodeStats)}.`)
  times.sort((a, b) => a - b)
  return {
    requests: times.length,
    requestsPerSecond: times.length / elapsed,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
  }
}

/** The smallest of the sorted values that so large a share of them does not exceed. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN
}
