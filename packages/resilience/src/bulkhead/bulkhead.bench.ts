import { Bulkhead } from '@base/resilience/bulkhead'
import { bench } from '@base-internal/tools/bench'
import { bulkhead } from 'cockatiel'
import pLimit from 'p-limit'

const work = async (index: number): Promise<number> => index + 1
const { signal } = new AbortController()

const ours = new Bulkhead()
const cockatiel = bulkhead(10)
const limit = pLimit(10)

await bench({
  name: '@base/resilience/bulkhead',
  ours: '@base/resilience',
  workloads: {
    'a free slot': {
      floor: (index) => work(index),
      contestants: {
        '@base/resilience': (index) => ours.execute(() => work(index)),
        cockatiel: (index) => cockatiel.execute(() => work(index)),
        'p-limit': (index) => limit(() => work(index)),
      },
    },
    "the same with a caller's signal": {
      floor: (index) => work(index),
      contestants: {
        '@base/resilience': (index) => ours.execute(() => work(index), { signal }),
        cockatiel: (index) => cockatiel.execute(() => work(index), signal),
      },
    },
  },
})
