import { TestClock } from '@base/core/testing'
import { runs } from '@base-internal/tools/soak'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Bulkhead } from './index.js'

const MAX_WAIT = 1_000

type Step =
  | { readonly type: 'call'; readonly priority: number }
  | { readonly type: 'end'; readonly index: number }
  | { readonly type: 'abort'; readonly index: number }
  | { readonly type: 'resize'; readonly limit: number }
  | { readonly type: 'wait'; readonly by: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ type: fc.constant('call' as const), priority: fc.integer({ min: -9, max: 9 }) }),
  fc.record({ type: fc.constant('call' as const), priority: fc.constant(0) }),
  fc.record({ type: fc.constant('end' as const), index: fc.nat(9) }),
  fc.record({ type: fc.constant('abort' as const), index: fc.nat(9) }),
  fc.record({ type: fc.constant('resize' as const), limit: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ type: fc.constant('wait' as const), by: fc.integer({ min: 1, max: 600 }) }),
)

interface Waiting {
  readonly id: number
  readonly priority: number
  readonly until: number
}

/** A list of who runs and a list of who waits. */
class Reference {
  running: number[] = []
  waiting: Waiting[] = []
  limit: number

  constructor(limit: number) {
    this.limit = limit
  }

  call(id: number, priority: number, now: number): void {
    if (this.running.length < this.limit) this.running.push(id)
    else this.waiting.push({ id, priority, until: now + MAX_WAIT })
  }

  fill(): void {
    while (this.running.length < this.limit && this.waiting.length > 0) {
      const next = this.waiting.toSorted((a, b) => b.priority - a.priority || a.id - b.id)[0] as Waiting
      this.waiting = this.waiting.filter((each) => each !== next)
      this.running.push(next.id)
    }
  }
}

test('any sequence of calls, ends, aborts, resizes and waits runs what the reference runs', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const clock = new TestClock()
      const bulkhead = new Bulkhead({ maxConcurrent: 2, maxWait: MAX_WAIT, clock })
      const reference = new Reference(2)
      const running = new Map<number, () => void>()
      const aborts = new Map<number, AbortController>()
      let ids = 0
      for (const each of steps) {
        if (each.type === 'call') {
          const id = ids++
          const controller = new AbortController()
          aborts.set(id, controller)
          const fn = () =>
            new Promise<void>((resolve) => {
              running.set(id, () => {
                running.delete(id)
                resolve()
              })
            })
          bulkhead.execute(fn, { priority: each.priority, signal: controller.signal }).catch(() => {})
          reference.call(id, each.priority, clock.monotonic())
        } else if (each.type === 'end') {
          const id = reference.running[each.index]
          if (id === undefined) continue
          running.get(id)?.()
          reference.running = reference.running.filter((other) => other !== id)
        } else if (each.type === 'abort') {
          const waiter = reference.waiting[each.index]
          if (waiter === undefined) continue
          aborts.get(waiter.id)?.abort()
          reference.waiting = reference.waiting.filter((other) => other !== waiter)
        } else if (each.type === 'resize') {
          bulkhead.resize(each.limit)
          reference.limit = each.limit
        } else {
          await clock.advance(each.by)
          reference.waiting = reference.waiting.filter(({ until }) => until > clock.monotonic())
        }
        reference.fill()
        await clock.advance(0)
        expect([...running.keys()].toSorted()).toEqual(reference.running.toSorted())
        expect([bulkhead.running, bulkhead.queued]).toEqual([
          reference.running.length,
          reference.waiting.length,
        ])
      }
    }),
    { numRuns: runs({ ci: 100, soak: 10_000 }) },
  )
})
