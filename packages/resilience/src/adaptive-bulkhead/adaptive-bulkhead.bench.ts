import { AdaptiveBulkhead } from '@base/resilience/adaptive-bulkhead'
import { Bulkhead } from '@base/resilience/bulkhead'
import { bench } from '@base-internal/tools/bench'

const work = async (index: number): Promise<number> => index + 1

const adaptive = new AdaptiveBulkhead({ min: 10, max: 200 })
const fixed = new Bulkhead({ maxConcurrent: 20 })

await bench({
  name: '@base/resilience/adaptive-bulkhead',
  ours: '@base/resilience',
  workloads: {
    'a free slot': {
      floor: (index) => work(index),
      contestants: {
        '@base/resilience': (index) => adaptive.execute(() => work(index)),
        'a fixed limit': (index) => fixed.execute(() => work(index)),
      },
    },
  },
})
