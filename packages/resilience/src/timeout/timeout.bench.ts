import { Timeout } from '@base/resilience/timeout'
import { bench } from '@base-internal/tools/bench'
import { TimeoutStrategy, timeout } from 'cockatiel'
import pTimeout from 'p-timeout'

const work = async (index: number): Promise<number> => index + 1
const { signal } = new AbortController()
const AT_ONCE = 1_000

const ours = new Timeout()
const cockatiel = timeout(30_000, TimeoutStrategy.Aggressive)

/** So many calls at once, each of which waits for a turn. */
async function many(call: (index: number) => Promise<number>, index: number): Promise<number> {
  const results = await Promise.all(Array.from({ length: AT_ONCE }, (_, each) => call(index + each)))
  return results.reduce((sum, result) => sum + result, 0)
}

await bench({
  name: '@base/resilience/timeout',
  ours: '@base/resilience',
  workloads: {
    'not reached': {
      floor: (index) => work(index),
      contestants: {
        '@base/resilience': (index) => ours.execute(() => work(index)),
        cockatiel: (index) => cockatiel.execute(() => work(index)),
        'p-timeout': (index) => pTimeout(work(index), { milliseconds: 30_000 }),
      },
    },
    "the same with a caller's signal": {
      floor: (index) => work(index),
      contestants: {
        '@base/resilience': (index) => ours.execute(() => work(index), { signal }),
        cockatiel: (index) => cockatiel.execute(() => work(index), signal),
        'p-timeout': (index) => pTimeout(work(index), { milliseconds: 30_000, signal }),
      },
    },
    '1,000 at once': {
      floor: (index) => many(work, index),
      contestants: {
        '@base/resilience': (index) => many((each) => ours.execute(() => work(each)), index),
        cockatiel: (index) => many((each) => cockatiel.execute(() => work(each)), index),
        'p-timeout': (index) => many((each) => pTimeout(work(each), { milliseconds: 30_000 }), index),
      },
    },
  },
})
