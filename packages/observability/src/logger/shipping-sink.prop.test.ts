import { TestClock } from '@base/core/testing'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { answers, Collector, type Manner, parts, resets, takes } from './fixtures/collector.js'
import { shippingSink } from './index.js'

const manner: fc.Arbitrary<Manner> = fc.oneof(
  fc.constantFrom(takes, resets),
  fc.constantFrom(429, 503, 400, 413).map((status) => answers(status)),
  fc.array(fc.constantFrom(201, 400, 429, 503), { minLength: 1, maxLength: 4 }).map((all) => parts(...all)),
)

test('each line is taken once, or dropped and counted, whatever the collector does', {
  timeout: 120_000,
}, async () => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  await fc.assert(
    fc.asyncProperty(
      fc.array(manner, { maxLength: 8 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 20, max: 400 }),
      async (manners, count, maxBatch, maxPending) => {
        const collector = await Collector.start()
        const clock = new TestClock()
        try {
          collector.behave(...manners, takes)
          const sink = shippingSink({ url: collector.url, maxBatch, maxPending, timeout: '365d', clock })
          for (let line = 0; line < count; line++) sink.write(`{"line":${line}}\n`)
          sink.flush()
          const left = async () => {
            await clock.advance('1m')
            return sink.pending
          }
          await expect.poll(left, { interval: 2 }).toBe(0)
          await sink.close()
          expect(new Set(collector.taken).size).toBe(collector.taken.length)
          expect(collector.taken.length + sink.dropped).toBe(count)
        } finally {
          await collector.close()
        }
      },
    ),
    { numRuns: 40 },
  )
})
