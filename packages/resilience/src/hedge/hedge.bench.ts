import { Hedge, percentile } from '@base/resilience/hedge'
import { bench } from '@base-internal/tools/bench'

const work = async (index: number): Promise<number> => index + 1

const fixed = new Hedge({ delay: '1s' })
const measured = new Hedge({ delay: percentile(95) })

/** What is written by hand where there is no policy: two calls, a timer, and a signal for each. */
async function byHand(index: number): Promise<number> {
  const controllers = [new AbortController(), new AbortController()]
  let timer: NodeJS.Timeout | undefined
  const second = new Promise<number>((resolve, reject) => {
    timer = setTimeout(() => work(index).then(resolve, reject), 1_000)
  })
  try {
    return await Promise.any([work(index), second])
  } finally {
    clearTimeout(timer)
    for (const controller of controllers) controller.abort()
  }
}

await bench({
  name: '@base/resilience/hedge',
  ours: '@base/resilience',
  workloads: {
    'the first call is in time': {
      floor: (index) => work(index),
      contestants: {
        '@base/resilience': (index) => fixed.execute(() => work(index)),
        'by hand': (index) => byHand(index),
      },
    },
    'the same with a measured delay': {
      floor: (index) => work(index),
      contestants: {
        '@base/resilience': (index) => measured.execute(() => work(index)),
        'by hand': (index) => byHand(index),
      },
    },
  },
})
