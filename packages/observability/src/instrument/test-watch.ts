import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Clock } from '@base/core/clock'
import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest'
import { createMetrics, type Metrics, metricsEndpoint } from '../metrics/index.js'
import { type MetricReadings, readMetrics } from '../testing/index.js'
import { CHANNELS } from './catalogue.js'
import { instrument } from './index.js'
import { type Line, linesOf } from './test-lines.js'

/** What blocks published while the tests of a file ran, by channel. */
const heard = new Map<string, object[]>()

/** What is heard, counted, written and traced of real blocks. */
export interface Watch {
  readonly metrics: Metrics
  readonly lines: readonly Line[]
  read(): Promise<MetricReadings>
  /** All that came out, as text: metrics, lines, spans. */
  all(): Promise<string>
  /** Runs within a span, and tells its events, and the spans that were made. */
  traced(fn: () => unknown): Promise<Traced>
}

/** What a span has become. */
export interface Traced {
  readonly events: readonly (readonly [name: string, attributes: object])[]
  readonly spans: InMemorySpanExporter['getFinishedSpans'] extends () => infer Spans ? Spans : never
  /** The span that it ran in. */
  readonly request: Traced['spans'][number] | undefined
}

/** Instrumented until the test is over. */
export function watch(clock?: Clock): Watch {
  const metrics = createMetrics()
  const { logger, lines } = linesOf()
  const exporter = new InMemorySpanExporter()
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })
  const tracer = provider.getTracer('test')
  onTestFinished(instrument({ logger, metrics, tracer, ...(clock !== undefined && { clock }) }))
  const finished = () => exporter.getFinishedSpans()
  return {
    metrics,
    lines,
    read: () => readMetrics(metrics),
    all: async () => {
      const text = await (await metricsEndpoint(metrics)(new Request('http://s/metrics'))).text()
      const spans = finished().map(({ name, attributes, events }) => ({ name, attributes, events }))
      return [text, JSON.stringify(lines, withErrors), JSON.stringify(spans)].join('\n')
    },
    traced: async (fn) => {
      await tracer.startActiveSpan('request', async (span) => {
        await fn()
        span.end()
      })
      const request = finished().find(({ name }) => name === 'request')
      return {
        events: (request?.events ?? []).map(({ name, attributes = {} }) => [name, attributes] as const),
        spans: finished().filter(({ name }) => name !== 'request'),
        request,
      }
    },
  }
}

/** As loggers write errors. */
function withErrors(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  return value instanceof Error ? { ...value, message: value.message, stack: value.stack } : value
}

/**
 * Checks, when the tests of a file have run in whatever order, that each channel of a package has told something real, and that
 * its fields are those of the catalogue.
 */
export function expectAllHeard(prefix: string): void {
  afterAll(() => {
    for (const { channel, fields } of CHANNELS.filter(({ channel }) => channel.startsWith(prefix))) {
      const messages = heard.get(channel) ?? []
      const known = new Set(fields.map(({ field }) => field.split('.')[0]))
      const told = new Set(messages.flatMap((message) => Object.keys(message)))
      expect(
        [...told].filter((field) => !known.has(field)),
        `what ${channel} tells beside its fields`,
      ).toEqual([])
      // What is there only sometimes, such as the value that a retry did not like, need not have been.
      expect(messages.length, `what ${channel} has told`).toBeGreaterThan(0)
    }
  })
}

/** Keeps what is published while the tests of a file run, with an active context for spans. */
export function keepMessages(): void {
  const listeners = CHANNELS.map(({ channel }) => {
    const listener = (message: unknown) => {
      heard.set(channel, [...(heard.get(channel) ?? []), message as object])
    }
    return [channel, listener] as const
  })
  beforeAll(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager())
    for (const [channel, listener] of listeners) subscribe(channel, listener)
  })
  afterAll(() => {
    for (const [channel, listener] of listeners) unsubscribe(channel, listener)
    context.disable()
  })
}
