import { CircuitBreaker } from '@base/resilience/circuit-breaker'
import { bench } from '@base-internal/tools/bench'
import { ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel'
import Opossum from 'opossum'

const work = async (index: number): Promise<number> => index + 1

const ours = new CircuitBreaker()
const cockatiel = circuitBreaker(handleAll, { halfOpenAfter: 30_000, breaker: new ConsecutiveBreaker(5) })
const opossum = new Opossum(work, { timeout: false, capacity: Number.MAX_SAFE_INTEGER })

await bench({
  name: '@base/resilience/circuit-breaker',
  ours: '@base/resilience',
  workloads: {
    'closed, consecutive': {
      floor: (index) => work(index),
      contestants: {
        '@base/resilience': (index) => ours.execute(() => work(index)),
        cockatiel: (index) => cockatiel.execute(() => work(index)),
        opossum: (index) => opossum.fire(index),
      },
    },
  },
})
opossum.shutdown()
