import { TestClock } from '@base/core/testing'
import { runs } from '@base-internal/tools/soak'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Bulkhead } from '../bulkhead/index.js'
import { pipeline } from '../pipeline/index.js'
import { Hedge } from './index.js'

type Ending = 'value' | 'error' | 'fatal'

interface Course {
  readonly after: number
  readonly ending: Ending
}

interface Story {
  readonly starts: number[]
  readonly outcome: string
  readonly at: number
}

const course: fc.Arbitrary<Course> = fc.record({
  after: fc.integer({ min: 1, max: 5_000 }),
  ending: fc.constantFrom<Ending>('value', 'error', 'error', 'fatal'),
})

/** What A6 says, event after event; `undefined` where two fall on the same moment. */
function reference(courses: readonly Course[], delay: number, maxHedges: number): Story | undefined {
  const starts = [0]
  const ended = new Set<number>()
  let due = delay
  for (;;) {
    const running = starts
      .map((start, index) => ({ index, at: start + (courses[index] as Course).after }))
      .filter(({ index }) => !ended.has(index))
      .toSorted((a, b) => a.at - b.at)
    const [next, second] = running
    const hedgeAt = starts.length <= maxHedges ? due : Number.POSITIVE_INFINITY
    if (next === undefined) throw new Error('nobody is left')
    if (next.at === second?.at || next.at === hedgeAt) return undefined
    if (hedgeAt < next.at) {
      starts.push(hedgeAt)
      due = hedgeAt + delay
      continue
    }
    ended.add(next.index)
    const { ending } = courses[next.index] as Course
    const isLast = starts.length > maxHedges && running.length === 1
    if (ending !== 'error' || isLast) return { starts, outcome: `${ending} ${next.index}`, at: next.at }
    if (starts.length > maxHedges) continue
    starts.push(next.at)
    due = next.at + delay
  }
}

test('any calls start, and any end, as the reference says, and the last of them frees the slot', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(course, { minLength: 5, maxLength: 5 }),
      fc.integer({ min: 1, max: 3_000 }),
      fc.integer({ min: 0, max: 4 }),
      async (courses, delay, maxHedges) => {
        const expected = reference(courses, delay, maxHedges)
        fc.pre(expected !== undefined)
        const clock = new TestClock()
        const bulkhead = new Bulkhead({ clock })
        const hedge = new Hedge({
          delay,
          maxHedges,
          clock,
          hedgeIf: (error) => !`${error}`.startsWith('fatal'),
        })
        const starts: number[] = []
        const signals: AbortSignal[] = []
        let at = -1
        const call = pipeline(bulkhead, hedge)
          .execute(({ signal }) => {
            const index = starts.push(clock.monotonic()) - 1
            signals.push(signal)
            const { after, ending } = courses[index] as Course
            return new Promise<string>((resolve, reject) => {
              clock.schedule(after, () => (ending === 'value' ? resolve : reject)(`${ending} ${index}`))
            })
          })
          .catch((error) => error)
          .finally(() => {
            at = clock.monotonic()
          })
        await clock.advance((expected as Story).at)
        expect({ starts, outcome: await call, at }).toEqual(expected)
        const lasts = starts.map((start, index) => start + (courses[index] as Course).after > at)
        expect(signals.map(({ aborted }) => aborted)).toEqual(lasts)
        expect(bulkhead.running).toBe(lasts.includes(true) ? 1 : 0)
        await clock.runAll()
        expect([bulkhead.running, clock.pending, starts]).toEqual([0, 0, expected?.starts])
      },
    ),
    { numRuns: runs({ ci: 200, soak: 20_000 }) },
  )
})
