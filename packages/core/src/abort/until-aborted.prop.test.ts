import { getEventListeners } from 'node:events'
import { deferred } from '@base-internal/tools/deferred'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { untilAborted } from './index.js'

const EVENTS = ['resolve', 'reject', 'abort'] as const

test('what comes first decides, and no listener is left', async () => {
  const orders = fc.uniqueArray(fc.constantFrom(...EVENTS), { minLength: 1 })
  await fc.assert(
    fc.asyncProperty(orders, fc.boolean(), async (order, isBefore) => {
      const work = deferred<string>()
      const caller = new AbortController()
      const happen = {
        resolve: () => work.resolve('value'),
        reject: () => work.reject('failure'),
        abort: () => caller.abort('reason'),
      }
      work.promise.catch(() => {})
      if (isBefore) for (const event of order) happen[event]()
      const waited = untilAborted(work.promise, caller.signal)
      if (!isBefore)
        for (const event of order) {
          happen[event]()
          // An outcome is heard in a later microtask than an abort.
          await Promise.allSettled([order[0] === 'abort' ? undefined : waited])
        }

      const outcomes = {
        resolve: { status: 'fulfilled', value: 'value' },
        reject: { status: 'rejected', reason: 'failure' },
        abort: { status: 'rejected', reason: 'reason' },
      }
      // A signal that has aborted before comes first.
      const first = isBefore && order.includes('abort') ? 'abort' : (order[0] ?? 'abort')
      expect(await Promise.allSettled([waited])).toEqual([outcomes[first]])
      expect(getEventListeners(caller.signal, 'abort')).toEqual([])
    }),
  )
})
