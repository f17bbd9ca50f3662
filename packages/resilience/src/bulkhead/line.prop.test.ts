import { runs } from '@base-internal/tools/soak'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Line, type Place } from './line.js'

const step = fc.oneof(
  fc.record({
    type: fc.constant('come' as const),
    priority: fc.integer({ min: -5, max: 5 }),
    late: fc.nat(3),
  }),
  fc.record({ type: fc.constant('leave' as const), index: fc.nat(30) }),
  fc.record({ type: fc.constant('turn' as const) }),
)

test('any sequence of arrivals, turns and early leaves has the order of a sorted list', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const line = new Line<Place>()
      let sorted: Place[] = []
      steps.forEach((each, number) => {
        if (each.type === 'come') {
          // Some get in line long after they have come; no two have come at once.
          const place = { priority: each.priority, arrival: number - each.late * 9.5, index: -1 }
          line.add(place)
          sorted = [...sorted, place].sort((a, b) => b.priority - a.priority || a.arrival - b.arrival)
        } else {
          const gone = each.type === 'turn' ? line.first : sorted[each.index]
          if (gone === undefined) return
          line.remove(gone)
          line.remove(gone)
          sorted = sorted.filter((place) => place !== gone)
        }
        expect([line.size, line.first]).toEqual([sorted.length, sorted[0]])
        expect(line.first).toBe(sorted[0])
      })
    }),
    { numRuns: runs({ ci: 300, soak: 10_000 }) },
  )
})
