import { Bulkhead } from '@base/resilience/bulkhead'
import { CircuitBreaker } from '@base/resilience/circuit-breaker'
import { pipeline } from '@base/resilience/pipeline'
import { Retry } from '@base/resilience/retry'
import { Timeout } from '@base/resilience/timeout'
import { bench } from '@base-internal/tools/bench'
import * as cockatiel from 'cockatiel'

const work = async (index: number): Promise<number> => index + 1
const { signal } = new AbortController()

const ours = pipeline(new Timeout(), new Retry(), new CircuitBreaker(), new Bulkhead({ maxConcurrent: 100 }))
const theirs = cockatiel.wrap(
  cockatiel.timeout(30_000, cockatiel.TimeoutStrategy.Aggressive),
  cockatiel.retry(cockatiel.handleAll, { maxAttempts: 2 }),
  cockatiel.circuitBreaker(cockatiel.handleAll, {
    halfOpenAfter: 30_000,
    breaker: new cockatiel.ConsecutiveBreaker(5),
  }),
  cockatiel.bulkhead(100),
)

await bench({
  name: '@base/resilience/pipeline',
  ours: '@base/resilience',
  workloads: {
    'timeout, retry, breaker, bulkhead': {
      floor: (index) => work(index),
      contestants: {
        '@base/resilience': (index) => ours.execute(() => work(index)),
        cockatiel: (index) => theirs.execute(() => work(index)),
      },
    },
    "the same with a caller's signal": {
      floor: (index) => work(index),
      contestants: {
        '@base/resilience': (index) => ours.execute(() => work(index), { signal }),
        cockatiel: (index) => theirs.execute(() => work(index), signal),
      },
    },
  },
})
