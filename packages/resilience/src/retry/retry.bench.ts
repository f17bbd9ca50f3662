import { Retry } from '@base/resilience/retry'
import { bench } from '@base-internal/tools/bench'
import { handleAll, retry } from 'cockatiel'
import pRetry from 'p-retry'

const work = async (index: number): Promise<number> => index + 1
const { signal } = new AbortController()

const ours = new Retry()
const cockatiel = retry(handleAll, { maxAttempts: 2 })

await bench({
  name: '@base/resilience/retry',
  ours: '@base/resilience',
  workloads: {
    'the first attempt succeeds': {
      floor: (index) => work(index),
      contestants: {
        '@base/resilience': (index) => ours.execute(() => work(index)),
        cockatiel: (index) => cockatiel.execute(() => work(index)),
        'p-retry': (index) => pRetry(() => work(index), { retries: 2 }),
      },
    },
    "the same with a caller's signal": {
      floor: (index) => work(index),
      contestants: {
        '@base/resilience': (index) => ours.execute(() => work(index), { signal }),
        cockatiel: (index) => cockatiel.execute(() => work(index), signal),
        'p-retry': (index) => pRetry(() => work(index), { retries: 2, signal }),
      },
    },
  },
})
