import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DebugBuffer } from './debug-buffer.js'

const REQUESTS = 3

test('keeps the latest requests of which nothing was told, in whatever order they come and are told', () => {
  const step = fc.record({ request: fc.constantFrom('a', 'b', 'c', 'd', 'e'), isTold: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
      const buffer = new DebugBuffer({ size: 1_000, requests: REQUESTS })
      const model = new Map<string, string[]>()
      for (const [index, { request, isTold }] of steps.entries()) {
        if (isTold) {
          expect(buffer.take(request)?.lines).toEqual(model.get(request))
          model.delete(request)
          continue
        }
        buffer.add(buffer.of(request), `${index}`)
        model.set(request, [...(model.get(request) ?? []), `${index}`])
        if (model.size > REQUESTS) model.delete([...model.keys()][0] ?? '')
      }
    }),
  )
})
