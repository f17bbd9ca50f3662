import { createMetrics, metricsEndpoint } from '@base/observability/metrics'
import { bench } from '@base-internal/tools/bench'
import { Counter, Histogram, Registry } from 'prom-client'

const ROUTES = 100
const routes = Array.from({ length: ROUTES }, (_, id) => `/orders/${id}`)
const routeOf = (index: number) => routes[index % ROUTES] as string

const ours = createMetrics()
const registry = new Registry()
const registers = [registry]

const oursPlain = ours.counter('plain')
const theirsPlain = new Counter({ name: 'plain_total', help: 'Plain', registers })
const oursRequests = ours.counter('requests')
const labelNames = ['method', 'route', 'status']
const theirsRequests = new Counter({ name: 'requests_total', help: 'Requests', labelNames, registers })
const oursDuration = ours.histogram('duration')
const theirsDuration = new Histogram({ name: 'duration', help: 'Durations', labelNames, registers })

/** 2,000 series of one counter. */
const SERIES = 2_000
const scraped = createMetrics({ maxSeries: SERIES + 1 })
const scrapedRegistry = new Registry()
const many = scraped.counter('many', { description: 'Many' })
const theirMany = new Counter({ name: 'many_total', help: 'Many', labelNames, registers: [scrapedRegistry] })
/** 2,000 lines of histograms: 14 bounds and three lines for each of 118. */
const spread = createMetrics()
const spreadRegistry = new Registry()
const oursSpread = spread.histogram('spread', { description: 'Spread' })
const theirSpread = new Histogram({
  name: 'spread',
  help: 'Spread',
  labelNames,
  buckets: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
  registers: [spreadRegistry],
})
for (let id = 0; id < SERIES; id++) {
  const labels = { method: 'GET', route: `/orders/${id}`, status: 200 }
  many.add(id, labels)
  theirMany.inc(labels, id)
  if (id >= 118) continue
  oursSpread.record(id / 10, labels)
  theirSpread.observe(labels, id / 10)
}

const scrape = metricsEndpoint(scraped)
const scrapeSpread = metricsEndpoint(spread)
const request = new Request('http://service/metrics')
const textOf = async (response: Promise<Response>) => (await response).text()
/** Lines in any order, without what the family is, in numbers as they are. */
const read = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .sort()

await bench({
  name: '@base/observability/metrics',
  ours: '@base/observability',
  workloads: {
    'add, no attributes': {
      contestants: {
        '@base/observability': () => oursPlain.add(1),
        'prom-client': () => void theirsPlain.inc(1),
      },
    },
    'add, three attributes': {
      contestants: {
        '@base/observability': (index) =>
          oursRequests.add(1, { method: 'GET', route: routeOf(index), status: 200 }),
        'prom-client': (index) =>
          void theirsRequests.inc({ method: 'GET', route: routeOf(index), status: 200 }, 1),
      },
    },
    'record into a histogram, three attributes': {
      contestants: {
        '@base/observability': (index) =>
          oursDuration.record((index % 100) / 10, { method: 'GET', route: routeOf(index), status: 200 }),
        'prom-client': (index) =>
          theirsDuration.observe({ method: 'GET', route: routeOf(index), status: 200 }, (index % 100) / 10),
      },
    },
    'a scrape of 2,000 series': {
      contestants: {
        '@base/observability': { run: () => textOf(scrape(request)), read },
        'prom-client': { run: () => scrapedRegistry.metrics(), read },
      },
    },
    'a scrape of 2,000 lines of histograms': {
      contestants: {
        '@base/observability': {
          run: () => textOf(scrapeSpread(request)),
          read: (text: string) => read(text).length,
        },
        'prom-client': { run: () => spreadRegistry.metrics(), read: (text: string) => read(text).length },
      },
    },
  },
})
