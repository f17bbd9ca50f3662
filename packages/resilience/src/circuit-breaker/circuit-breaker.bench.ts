import { CircuitBreaker } from '@base/resilience/circuit-breaker'
import { bench } from '@base-internal/tools/bench'
import { ConsecutiveBreaker, circuitBreaker, handleAll, SamplingBreaker } from 'cockatiel'
import Opossum from 'opossum'

const work = async (index: number): Promise<number> => index + 1
const { signal } = new AbortController()
const never = async (): Promise<number> => 0
/** Refused: that is the result. */
const refused = (): string => 'refused'

const ours = new CircuitBreaker()
const count = new CircuitBreaker({
  window: { type: 'count', size: 100, failureRate: 0.5, minimumCalls: 20 },
})
const time = new CircuitBreaker({
  window: { type: 'time', duration: '10s', failureRate: 0.5, minimumCalls: 20 },
})
const open = new CircuitBreaker()
open.isolate()
const rule = { halfOpenAfter: 30_000, breaker: new ConsecutiveBreaker(5) }
const cockatiel = circuitBreaker(handleAll, rule)
const sampling = circuitBreaker(handleAll, {
  halfOpenAfter: 30_000,
  breaker: new SamplingBreaker({ threshold: 0.5, duration: 10_000 }),
})
const cockatielOpen = circuitBreaker(handleAll, rule)
cockatielOpen.isolate()
const options = { timeout: false, capacity: Number.MAX_SAFE_INTEGER } as const
const opossum = new Opossum(work, options)
const opossumOpen = new Opossum(never, options)
opossumOpen.open()

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
    "the same with a caller's signal": {
      floor: (index) => work(index),
      contestants: {
        '@base/resilience': (index) => ours.execute(() => work(index), { signal }),
        cockatiel: (index) => cockatiel.execute(() => work(index), signal),
      },
    },
    'closed, count window': {
      floor: (index) => work(index),
      contestants: {
        '@base/resilience': (index) => count.execute(() => work(index)),
        cockatiel: (index) => sampling.execute(() => work(index)),
        opossum: (index) => opossum.fire(index),
      },
    },
    'closed, time window': {
      floor: (index) => work(index),
      contestants: {
        '@base/resilience': (index) => time.execute(() => work(index)),
        cockatiel: (index) => sampling.execute(() => work(index)),
        opossum: (index) => opossum.fire(index),
      },
    },
    'open, refusing': {
      contestants: {
        '@base/resilience': () => open.execute(never).catch(refused),
        cockatiel: () => cockatielOpen.execute(never).catch(refused),
        opossum: () => opossumOpen.fire().catch(refused),
      },
    },
  },
})
opossum.shutdown()
opossumOpen.shutdown()
