import { TestClock } from '@base/core/testing'
import { deferred } from '@base-internal/tools/deferred'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createMetrics, type Metrics, metricsEndpoint } from './index.js'

/** What a scrape says, without the lines on what the families are. */
async function scraped(metrics: Metrics, accept = 'text/plain'): Promise<string[]> {
  const response = await metricsEndpoint(metrics)(new Request('http://s/metrics', { headers: { accept } }))
  return (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
}

let warnings: unknown[] = []
beforeEach(() => {
  warnings = []
  vi.spyOn(process, 'emitWarning').mockImplementation(((message: string, { code }: { code: string }) => {
    warnings.push([code, message])
  }) as never)
})
afterEach(() => {
  vi.restoreAllMocks()
})

describe('a counter', () => {
  test('adds 1 without a word, and keeps sums apart by attributes, in whatever order these come', async () => {
    const metrics = createMetrics()
    const orders = metrics.counter('orders.placed')
    orders.add()
    orders.add(2, { channel: 'web', isFirst: true })
    orders.add(0.5, { isFirst: true, channel: 'web' })
    orders.add(4, { channel: 'app', isFirst: undefined })
    expect(await scraped(metrics)).toEqual([
      'orders_placed_total 1',
      'orders_placed_total{channel="web",isFirst="true"} 2.5',
      'orders_placed_total{channel="app"} 4',
    ])
  })

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, '1' as never, null as never, 1n as never])(
    'drops %s, and warns once',
    async (value) => {
      const metrics = createMetrics()
      const counter = metrics.counter('orders')
      counter.add(1)
      counter.add(value)
      counter.add(value)
      expect(await scraped(metrics)).toEqual(['orders_total 1'])
      expect(warnings).toEqual([
        ['METRICS_VALUE', "The counter 'orders' adds finite numbers from 0 alone; others are dropped."],
      ])
    },
  )

  test('that has not counted is not there', async () => {
    const metrics = createMetrics()
    metrics.counter('orders')
    expect(await scraped(metrics)).toEqual([])
  })
})

describe('a gauge', () => {
  test('is what was recorded last', async () => {
    const metrics = createMetrics()
    const connections = metrics.gauge('pool.connections')
    connections.record(3, { state: 'idle' })
    connections.record(-1.5)
    connections.record(2, { state: 'idle' })
    connections.record(Number.NEGATIVE_INFINITY, { state: 'odd' })
    expect(await scraped(metrics)).toEqual([
      'pool_connections{state="idle"} 2',
      'pool_connections -1.5',
      'pool_connections{state="odd"} -Inf',
    ])
  })

  test('of inherited attributes takes none, and those of others for what they are', async () => {
    const metrics = createMetrics()
    const gauge = metrics.gauge('level')
    gauge.record(1, Object.create({ channel: 'web' }))
    gauge.record(2, { channel: 'web' })
    expect(await scraped(metrics)).toEqual(['level 1', 'level{channel="web"} 2'])
  })

  test('with inherited options has them, as those of a class', async () => {
    const metrics = createMetrics()
    const options = Object.create({ unit: 's', description: 'How long.' })
    metrics.counter('busy', options).add(1)
    metrics.histogram('waited', options).record(1)
    metrics.observe('up', () => 1, options)
    const families = await metrics.collect()
    expect(families.map(({ unit, description }) => [unit, description])).toEqual(
      Array(3).fill(['s', 'How long.']),
    )
  })

  test('drops what is no number, and warns once', async () => {
    const metrics = createMetrics()
    const gauge = metrics.gauge('level')
    for (const value of [Number.NaN, '3' as never, undefined as never]) gauge.record(value)
    expect(await scraped(metrics)).toEqual([])
    expect(warnings).toHaveLength(1)
  })
})

describe('a histogram', () => {
  test('counts a value at a bound into the bucket of that bound', async () => {
    const metrics = createMetrics()
    const sizes = metrics.histogram('body.size', { unit: 'By', buckets: [0, 10, 1e6] })
    for (const value of [0, 10, 10.5, 2e6]) sizes.record(value, { route: '/a' })
    expect(await scraped(metrics)).toEqual([
      'body_size_bytes_bucket{route="/a",le="0"} 1',
      'body_size_bytes_bucket{route="/a",le="10"} 2',
      'body_size_bytes_bucket{route="/a",le="1e+06"} 3',
      'body_size_bytes_bucket{route="/a",le="+Inf"} 4',
      'body_size_bytes_sum{route="/a"} 2000020.5',
      'body_size_bytes_count{route="/a"} 4',
    ])
  })

  test('has the buckets that OpenTelemetry gives to durations', async () => {
    const metrics = createMetrics()
    metrics.histogram('http.server.request.duration', { unit: 's' }).record(0.3)
    const lines = await scraped(metrics)
    expect(lines.flatMap((line) => /le="([^"]+)"/.exec(line)?.[1] ?? []).join(' ')).toBe(
      '0.005 0.01 0.025 0.05 0.075 0.1 0.25 0.5 0.75 1 2.5 5 7.5 10 +Inf',
    )
    expect(lines).toContain('http_server_request_duration_seconds_bucket{le="0.5"} 1')
  })

  test.each([-0.1, Number.NaN, Number.POSITIVE_INFINITY])('drops %s, and warns once', async (value) => {
    const metrics = createMetrics()
    const histogram = metrics.histogram('duration')
    histogram.record(value)
    histogram.record(value)
    expect(await scraped(metrics)).toEqual([])
    expect(warnings).toEqual([
      ['METRICS_VALUE', "The histogram 'duration' records finite numbers from 0 alone; others are dropped."],
    ])
  })

  test('keeps an attribute le apart from its bounds', async () => {
    const metrics = createMetrics()
    metrics.histogram('duration', { buckets: [1] }).record(0, { le: 'mine' })
    metrics.gauge('level').record(1, { quantile: 0.5 })
    const [bucket, , , , level] = await scraped(metrics)
    expect([bucket, level]).toEqual([
      'duration_bucket{exported_le="mine",le="1"} 1',
      'level{exported_quantile="0.5"} 1',
    ])
  })
})

describe('what is observed', () => {
  test('is asked for at each scrape, once', async () => {
    const metrics = createMetrics()
    let size = 0
    metrics.observe('queue.size', () => ++size)
    expect([await scraped(metrics), await scraped(metrics)]).toEqual([['queue_size 1'], ['queue_size 2']])
  })

  test('may be a promise, may be many, and may be nothing', async () => {
    const metrics = createMetrics()
    metrics.observe('a', async () => [
      { value: 1, attributes: { of: 'x' } },
      { value: 2 },
      { value: 3, attributes: { of: 'x' } },
    ])
    metrics.observe('b', () => undefined)
    metrics.observe('c', () => 7, { kind: 'counter' })
    expect(await scraped(metrics)).toEqual(['a{of="x"} 3', 'a 2', 'c_total 7'])
  })

  test.each<[string, () => never]>([
    [
      'throws',
      () => {
        throw new Error('broken')
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken')) as never],
    ['throws what has no text', () => Promise.reject(Object.create(null)) as never],
    ['gives what is no list', () => ({}) as never],
    ['gives a list of nothing', () => [null] as never],
  ])('and %s is left out, with one warning, and the others are there', async (_, observe) => {
    const metrics = createMetrics()
    metrics.observe('broken', observe)
    metrics.observe('fine', () => 1)
    expect([await scraped(metrics), await scraped(metrics)]).toEqual([['fine 1'], ['fine 1']])
    expect(warnings).toHaveLength(1)
    expect(warnings).toMatchObject([['METRICS_CALLBACK', expect.stringContaining("callback of 'broken'")]])
  })

  test('and takes longer than a second is left out, and not asked again before it has ended', async () => {
    const clock = new TestClock()
    const metrics = createMetrics({ clock })
    let end: ((value: number) => void) | undefined
    const observe = vi.fn(
      () =>
        new Promise<number>((resolve) => {
          end = resolve
        }),
    )
    metrics.observe('slow', observe)
    const first = scraped(metrics)
    await clock.advance(1_000)
    expect([await first, await scraped(metrics)]).toEqual([[], []])
    expect(observe).toHaveBeenCalledTimes(1)
    end?.(1)
    await clock.advance(0)
    const after = scraped(metrics)
    end?.(2)
    expect([await after, clock.pending]).toEqual([['slow 2'], 0])
  })

  test('is asked for once where two read at the same time, and both have it', async () => {
    const metrics = createMetrics({ clock: new TestClock() })
    const answer = deferred<number>()
    const observe = vi.fn(() => answer.promise)
    metrics.observe('queue.size', observe)
    const both = Promise.all([scraped(metrics), scraped(metrics)])
    answer.resolve(3)
    expect(await both).toEqual([['queue_size 3'], ['queue_size 3']])
    expect(observe).toHaveBeenCalledTimes(1)
    expect(warnings).toEqual([])
  })

  test('is waited for by each reader for a second, unless it hangs already', async () => {
    const clock = new TestClock()
    const metrics = createMetrics({ clock })
    const answer = deferred<number>()
    metrics.observe('slow', () => answer.promise)
    const first = scraped(metrics)
    await clock.advance(600)
    const second = scraped(metrics)
    await clock.advance(400)
    expect([await first, await scraped(metrics)]).toEqual([[], []])
    await clock.advance(500)
    answer.resolve(1)
    expect([await second, await scraped(metrics), clock.pending]).toEqual([['slow 1'], ['slow 1'], 0])
  })

  test('may be a query that runs when it is awaited, and runs once', async () => {
    const metrics = createMetrics()
    const run = vi.fn((took: (rows: number) => void) => took(2))
    // biome-ignore lint/suspicious/noThenProperty: as query builders are.
    metrics.observe('rows', () => ({ then: run }) as never)
    expect(await scraped(metrics)).toEqual(['rows 2'])
    expect(run).toHaveBeenCalledTimes(1)
  })

  test('and is no counter, or no number, is dropped, and warned of once', async () => {
    const metrics = createMetrics()
    metrics.observe('c', () => -1, { kind: 'counter' })
    metrics.observe('g', () => Number.NaN)
    expect([await scraped(metrics), await scraped(metrics)]).toEqual([[], []])
    expect(warnings).toHaveLength(2)
  })
})

describe('series', () => {
  test('are bounded: what comes beyond is counted together, and a warning tells once', async () => {
    const metrics = createMetrics({ maxSeries: 3 })
    const counter = metrics.counter('logins')
    for (let id = 0; id < 100; id++) counter.add(1, { user: id })
    counter.add(1, { user: 1 })
    expect(await scraped(metrics)).toEqual([
      'logins_total{user="0"} 1',
      'logins_total{user="1"} 2',
      'logins_total{otel_metric_overflow="true"} 98',
    ])
    expect(warnings).toEqual([
      [
        'METRICS_SERIES',
        "'logins' has 3 series; what comes beyond is counted together, as otel.metric.overflow. An attribute with very many values does not belong into a metric.",
      ],
    ])
  })

  test.each<[string, string[], number[], string]>([
    ['in one order', ['a', 'b', 'c', 'd'], [1, 2, 4, 8], 'done_total{otel_metric_overflow="true"} 12'],
    ['twice', ['a', 'b', 'c', 'd', 'c'], [1, 2, 4, 8, 5], 'done_total{otel_metric_overflow="true"} 13'],
    ['as the overflow', ['a', 'b', 'otel', 'd'], [1, 2, 4, 8], 'done_total{otel_metric_overflow="true"} 12'],
  ])('that are observed %s are added up where they find no room', async (_, names, values, overflow) => {
    const metrics = createMetrics({ maxSeries: 3 })
    const attributesOf = (of: string) => (of === 'otel' ? { 'otel.metric.overflow': true } : { of })
    const observed = names.map((of, index) => ({
      value: values[index] as number,
      attributes: attributesOf(of),
    }))
    metrics.observe('done', () => observed, { kind: 'counter' })
    const lines = ['done_total{of="a"} 1', 'done_total{of="b"} 2', overflow]
    expect([await scraped(metrics), await scraped(metrics)]).toEqual([lines, lines])
    expect(warnings).toHaveLength(1)
  })

  test('of each instrument are counted for itself', async () => {
    const metrics = createMetrics({ maxSeries: 2 })
    metrics.counter('a').add(1, { of: 1 })
    metrics.gauge('b').record(1, { of: 1 })
    metrics.histogram('c', { buckets: [1] }).record(1, { of: 1 })
    metrics.observe('d', () => [{ value: 1, attributes: { of: 1 } }])
    expect((await scraped(metrics)).filter((line) => line.includes('overflow'))).toEqual([])
    expect(warnings).toEqual([])
  })

  test('that Prometheus could not tell apart are one', async () => {
    const metrics = createMetrics()
    const counter = metrics.counter('hits')
    const same = [{ 'a.b': 'x', c: '' }, { a_b: 'x' }, { 'a..b': 'x', d: undefined }, { 'a.b': 'x', e: '' }]
    for (const attributes of same) counter.add(1, attributes)
    counter.add(1, { 'a.b': '1', a_a: '2' })
    counter.add(1, { a_b: '1', a_a: '2' })
    counter.add(1, { f: '\ud800' })
    counter.add(1, { f: '\udfff' })
    counter.add(1, { f: '\ufffd' })
    counter.add(1, { z: '' })
    counter.add(1)
    expect(await scraped(metrics)).toEqual([
      'hits_total{a_b="x"} 4',
      'hits_total{a_a="2",a_b="1"} 2',
      'hits_total{f="\ufffd"} 3',
      'hits_total 2',
    ])
  })

  test('of attributes that are one label have their values joined', async () => {
    const metrics = createMetrics()
    metrics.counter('hits').add(1, { 'http.route': '/a', http_route: '/b' })
    expect(await scraped(metrics)).toEqual(['hits_total{http_route="/a;/b"} 1'])
  })

  test('that call themselves the overflow are it', async () => {
    const metrics = createMetrics({ maxSeries: 2 })
    const counter = metrics.counter('hits')
    counter.add(1, { 'otel.metric.overflow': true })
    counter.add(1, { of: 1 })
    counter.add(1, { of: 2 })
    expect(await scraped(metrics)).toEqual(['hits_total{otel_metric_overflow="true"} 3'])
  })

  test('of hostile attributes are recorded as far as they can be read', async () => {
    const metrics = createMetrics()
    const counter = metrics.counter('hits')
    const thrower = () => {
      throw new Error('hostile')
    }
    counter.add(1, {
      get a(): string {
        return thrower()
      },
      b: 'x',
    })
    counter.add(1, { c: { toString: thrower } as never })
    counter.add(1, { d: Symbol('s') as never, e: null as never, f: 7n as never })
    counter.add(1, new Proxy({}, { ownKeys: thrower }))
    counter.add(1, null as never)
    expect(await scraped(metrics)).toEqual([
      'hits_total{a="unreadable",b="x"} 1',
      'hits_total{c="unreadable"} 1',
      'hits_total{d="Symbol(s)",e="null",f="7"} 1',
      'hits_total 2',
    ])
  })
})

describe('names', () => {
  test.each([
    ['http.server.request.duration', 's', 'histogram', 'http_server_request_duration_seconds'],
    ['process.memory.usage', 'By', 'gauge', 'process_memory_usage_bytes'],
    ['requests', '{request}', 'counter', 'requests_total'],
    ['requests_total', '', 'counter', 'requests_total'],
    ['energy', 'J', 'counter', 'energy_joules_total'],
    ['cpu.time.seconds', 's', 'counter', 'cpu_time_seconds_total'],
    ['nodejs.eventloop.utilization', '1', 'gauge', 'nodejs_eventloop_utilization_ratio'],
    ['retries', '1', 'counter', 'retries_total'],
    ['bytes', 'By', 'counter', 'bytes_total'],
    ['throughput', 'By/s', 'gauge', 'throughput_bytes_per_second'],
    ['rate', '{request}/min', 'gauge', 'rate_per_minute'],
    ['rate', '1/s', 'gauge', 'rate_per_second'],
    ['a..b-c/d_', 'widgets', 'gauge', 'a_b_c_d_widgets'],
    ['x', '%', 'gauge', 'x_percent'],
    ['x', 'valueOf', 'counter', 'x_valueOf_total'],
    ['x', 's/constructor', 'gauge', 'x_seconds_per_constructor'],
  ] as const)('%s in %j of a %s is %s', async (name, unit, kind, expected) => {
    const metrics = createMetrics()
    if (kind === 'counter') metrics.counter(name, { unit }).add()
    else if (kind === 'gauge') metrics.gauge(name, { unit }).record(1)
    else metrics.histogram(name, { unit, buckets: [1] }).record(1)
    expect((await scraped(metrics))[0]?.split(/[ {]/)[0]?.replace(/_bucket$/, '')).toBe(expected)
  })

  test('have the prefix before them', async () => {
    const metrics = createMetrics({ prefix: 'shop.' })
    metrics.counter('orders').add()
    metrics.observe('queue', () => 1)
    expect(await scraped(metrics)).toEqual(['shop_orders_total 1', 'shop_queue 1'])
  })

  test('that are asked for again give the same instrument', () => {
    const metrics = createMetrics()
    expect(metrics.counter('a', { unit: 's' })).toBe(metrics.counter('a', { unit: 's' }))
    expect(metrics.gauge('b')).toBe(metrics.gauge('b', { description: 'other words' }))
    expect(metrics.histogram('c', { buckets: [1] })).toBe(metrics.histogram('c', { buckets: [1] }))
  })

  test('that are asked for again with less said give what is there', async () => {
    const metrics = createMetrics()
    const [bytes, jobs] = [
      metrics.counter('sent', { unit: 'By' }),
      metrics.histogram('jobs', { buckets: [1] }),
    ]
    bytes.add(5)
    expect(metrics.counter('sent')).toBe(bytes)
    expect(metrics.histogram('jobs', { description: 'How long they take' })).toBe(jobs)
    expect(metrics.gauge('level')).toBe(metrics.gauge('level', { unit: '' }))
    expect(await scraped(metrics)).toContain('sent_bytes_total 5')
  })

  test.each<[string, (metrics: Metrics) => unknown]>([
    [
      'in another unit: unit must be "By", as where \'sent\' was made, received "s".',
      (metrics) => metrics.counter('sent', { unit: 's' }),
    ],
    [
      'in another unit that is inherited: unit must be "By", as where \'sent\' was made, received "s".',
      (metrics) => metrics.counter('sent', Object.create({ unit: 's' })),
    ],
    [
      'in a unit: unit must be left out, as where \'level\' was made, received "s".',
      (metrics) => metrics.gauge('level', { unit: 's' }),
    ],
    [
      'in other buckets: buckets must be [1, 5], as where \'jobs\' was made, received "[2]".',
      (metrics) => metrics.histogram('jobs', { buckets: [2] }),
    ],
  ])('that are asked for again %s', async (what, make) => {
    const metrics = createMetrics()
    metrics.counter('sent', { unit: 'By' })
    metrics.gauge('level')
    metrics.histogram('jobs', { buckets: [1, 5] })
    expect(() => make(metrics)).toThrow(`Metrics: ${what.split(': ')[1]}`)
  })

  test.each<[string, (metrics: Metrics) => unknown]>([
    ['of another kind', (metrics) => metrics.gauge('a.b')],
    [
      'that is another in its unit',
      (metrics) => metrics.counter('a', { unit: 's' }) && metrics.counter('a_seconds'),
    ],
    ['that is the same in Prometheus', (metrics) => metrics.counter('a_b')],
    ['of a sample', (metrics) => metrics.gauge('a.b_total')],
    ['that OpenMetrics keeps for the same family', (metrics) => metrics.gauge('a.b.created')],
    [
      'of another kind and unit',
      (metrics) => metrics.counter('a', { unit: 's' }) && metrics.gauge('a', { unit: 'By' }),
    ],
    [
      'that is observed in another unit',
      (metrics) => metrics.observe('o', () => 1, { unit: 's' }) ?? metrics.observe('o', () => 1),
    ],
    ['that is observed twice', (metrics) => metrics.observe('o', () => 1) ?? metrics.observe('o', () => 1)],
  ])('one %s is refused', (_, make) => {
    const metrics = createMetrics()
    metrics.counter('a.b')
    expect(() => make(metrics)).toThrow('Metrics: name must be a name of its own')
  })

  test('one that was refused has taken nothing', async () => {
    const metrics = createMetrics()
    metrics.gauge('a_sum').record(1)
    expect(() => metrics.histogram('a')).toThrow("'a_sum' is 'a_sum' in Prometheus as well")
    metrics.gauge('a').record(2)
    expect(await scraped(metrics)).toEqual(['a_sum 1', 'a 2'])
  })
})

describe('options', () => {
  test.each<[string, unknown, string]>([
    ['a prefix that is no name', { prefix: '1' }, 'Metrics: prefix must be a letter and'],
    ['a prefix that is no text', { prefix: 1 }, 'createMetrics: prefix must be'],
    ['a single series', { maxSeries: 1 }, 'createMetrics: maxSeries must be an integer from 2 to 1000000'],
    ['otel that is a text', { otel: 'yes' }, 'createMetrics: otel must be true or false'],
    ['a clock without hands', { clock: {} }, 'createMetrics: clock must be'],
  ])('of createMetrics: refuses %s', (_, options, message) => {
    expect(() => createMetrics(options as never)).toThrow(message)
  })

  test.each<[string, (metrics: Metrics) => unknown, string]>([
    ['a name with a space', (metrics) => metrics.counter('a b'), 'name must be a letter and up to 254'],
    ['no name', (metrics) => metrics.gauge(undefined as never), 'name must be a letter'],
    ['a name of 256 letters', (metrics) => metrics.observe('a'.repeat(256), () => 1), 'name must be'],
    ['a unit in Greek', (metrics) => metrics.counter('a', { unit: 'μs' }), 'unit must be at most 63'],
    [
      'a description that is none',
      (metrics) => metrics.counter('a', { description: 1 as never }),
      'description',
    ],
    ['no buckets', (metrics) => metrics.histogram('a', { buckets: [] }), 'buckets must be an array of 1'],
    ['buckets that fall', (metrics) => metrics.histogram('a', { buckets: [2, 1] }), 'in ascending order'],
    ['buckets twice', (metrics) => metrics.histogram('a', { buckets: [1, 1] }), 'in ascending order'],
    ['a bucket below 0', (metrics) => metrics.histogram('a', { buckets: [-1, 1] }), 'finite numbers from 0'],
    [
      'a bucket without end',
      (metrics) => metrics.histogram('a', { buckets: [1, Infinity] }),
      'finite numbers',
    ],
    ['no callback', (metrics) => metrics.observe('a', 1 as never), 'observe must be a function'],
    [
      'an observed histogram',
      (metrics) => metrics.observe('a', () => 1, { kind: 'histogram' as never }),
      'kind must be one of "counter", "gauge"',
    ],
  ])('of instruments: refuses %s', (_, make, message) => {
    expect(() => make(createMetrics())).toThrow(message)
  })
})
