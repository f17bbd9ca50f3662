import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { parseOpenMetrics } from './fixtures/open-metrics.js'
import { parseText } from './fixtures/prometheus-text.js'
import { type Attributes, createMetrics, metricsEndpoint } from './index.js'

const BOUNDS = [0.5, 1, 10]

/** Names that become the same label, and values that become the same text, are wanted often. */
const arbName = fc.oneof(
  fc.constantFrom('a', 'a.b', 'a_b', 'a..b', 'le', '1', '__x', 'otel.metric.overflow'),
  fc.string({ unit: 'binary' }),
)
const arbValue = fc.oneof(
  fc.constantFrom('', 'x', 'true', true, false, 1, '\ud800', '\ufffd', 'a\\n"\n', undefined),
  fc.string({ unit: 'binary' }),
  fc.double(),
)
const arbAttributes = fc.option(fc.dictionary(arbName, arbValue, { maxKeys: 3 }), { nil: undefined })
const arbStep = fc.record({
  instrument: fc.constantFrom('counter', 'gauge', 'histogram'),
  value: fc.oneof(
    fc.integer({ min: 0, max: 20 }),
    fc.double({ min: -1e100, max: 1e100 }),
    fc.constantFrom(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  ),
  attributes: arbAttributes as fc.Arbitrary<Attributes | undefined>,
})

vi.spyOn(process, 'emitWarning').mockImplementation(() => {})

async function scrape(metrics: ReturnType<typeof createMetrics>, accept: string): Promise<string> {
  const response = await metricsEndpoint(metrics)(new Request('http://s/', { headers: { accept } }))
  // As Prometheus gets it: in UTF-8.
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await response.arrayBuffer())
}

test('whatever is recorded, a scrape is legal in both formats, bounded, and loses nothing', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(arbStep, { maxLength: 40 }),
      fc.integer({ min: 2, max: 5 }),
      async (steps, most) => {
        const metrics = createMetrics({ maxSeries: most })
        const counter = metrics.counter('steps', { description: 'Steps "taken"\n\\' })
        const gauge = metrics.gauge('level', { unit: 'Cel' })
        const histogram = metrics.histogram('size', { unit: 'By', buckets: BOUNDS })
        let sum = 0
        let count = 0
        for (const { instrument, value, attributes } of steps) {
          if (instrument === 'gauge') gauge.record(value, attributes)
          else if (instrument === 'histogram') histogram.record(value, attributes)
          else counter.add(value, attributes)
          const isTaken = value >= 0 && value < Number.POSITIVE_INFINITY
          if (instrument === 'histogram' && isTaken) count += 1
          if (instrument === 'counter' && isTaken) sum += value
        }
        const families = parseOpenMetrics(await scrape(metrics, 'application/openmetrics-text'))
        const samples = families.flatMap((family) => family.samples)
        const of = (name: string) =>
          samples.filter((sample) => sample.name === name).map(({ value }) => value)
        const total = (values: readonly number[]) => values.reduce((all, value) => all + value, 0)
        // Sums of the same numbers in another order may differ in their last digits.
        const found = total(of('steps_total'))
        if (found !== sum) expect(Math.abs(found / sum - 1)).toBeLessThan(1e-9)
        expect(total(of('size_bytes_count'))).toBe(count)
        for (const name of ['steps_total', 'level_celsius', 'size_bytes_count'])
          expect(of(name).length).toBeLessThanOrEqual(most)
        const texts = parseText(await scrape(metrics, 'text/plain'))
        expect(texts.map(({ name, value }) => [name, value])).toEqual(
          samples.map(({ name, value }) => [name, value]),
        )
      },
    ),
  )
})

test('a histogram counts each value into the first bucket whose bound is not below it', async () => {
  const arbBounds = fc
    .uniqueArray(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 20 })
    .map((bounds) => [...new Set(bounds.map((bound) => bound + 0))].sort((a, b) => a - b))
  await fc.assert(
    fc.asyncProperty(
      arbBounds,
      fc.array(fc.double({ min: 0, max: 2e9, noNaN: true })),
      async (bounds, values) => {
        const metrics = createMetrics()
        const histogram = metrics.histogram('h', { buckets: bounds })
        const all = [...values, ...bounds]
        for (const value of all) histogram.record(value)
        const [family] = await metrics.collect()
        const [point] = family?.kind === 'histogram' ? family.points : []
        const expected = [...bounds, Number.POSITIVE_INFINITY].map((bound, index) => ({
          bound,
          count: all.filter((value) => value <= bound && (index === 0 || value > (bounds[index - 1] ?? 0)))
            .length,
        }))
        expect(point?.buckets.map(({ bound, count }) => ({ bound, count }))).toEqual(expected)
      },
    ),
  )
})

test('any name and unit that is taken gives a legal family', async () => {
  const arbLegal = fc.stringMatching(/^[a-zA-Z][\w.\-/]{0,20}$/)
  const arbUnit = fc.oneof(
    fc.constantFrom(
      '',
      '1',
      's',
      'By',
      '{request}',
      '{request}/s',
      'By/s',
      'm/s/s',
      'valueOf',
      '__proto__',
      '/',
      '{',
      '%',
      'total',
    ),
    fc.stringMatching(/^[\x20-\x7e]{0,12}$/),
  )
  const arbKind = fc.constantFrom('counter', 'gauge', 'histogram')
  await fc.assert(
    fc.asyncProperty(arbLegal, arbUnit, arbKind, async (name, unit, kind) => {
      const metrics = createMetrics()
      if (kind === 'counter') metrics.counter(name, { unit }).add()
      else if (kind === 'gauge') metrics.gauge(name, { unit }).record(1)
      else metrics.histogram(name, { unit }).record(1)
      const [family] = parseOpenMetrics(await scrape(metrics, 'application/openmetrics-text'))
      expect(family?.type).toBe(kind)
      expect(parseText(await scrape(metrics, 'text/plain')).length).toBe(family?.samples.length)
    }),
  )
})
