import { channel } from 'node:diagnostics_channel'
import { context, metrics, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { instrument } from '../instrument/index.js'
import { createMetrics } from '../metrics/index.js'
import { memoryLogger, readMetrics } from '../testing/index.js'
import { tracecontext, traced, withSpan } from '../tracing/index.js'
import { OtlpReceiver } from './fixtures/otlp-receiver.js'
import { type OpenTelemetry, type OpenTelemetryOptions, startOpenTelemetry } from './index.js'

const INCOMING = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-03`, tracestate: 'vendor=1' }
const started: OpenTelemetry[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  await Promise.all(started.splice(0).map((each) => each.close()))
})

async function start(options: Partial<OpenTelemetryOptions> = {}): Promise<OpenTelemetry> {
  const telemetry = await startOpenTelemetry({ service: 'shop', ...options })
  started.push(telemetry)
  return telemetry
}

function sent(): Record<string, string> {
  const headers: Record<string, string> = {}
  propagation.inject(context.active(), headers)
  return headers
}

function received<T>(headers: Record<string, string>, fn: () => T): T {
  return context.with(propagation.extract(context.active(), headers), fn)
}

describe('a service that has no collector', () => {
  test('has ids in its lines and sends them on, and records nothing', async () => {
    await start({ otlp: false })
    const memory = memoryLogger()
    const headers = await withSpan('order', async (span) => {
      expect(span.isRecording()).toBe(false)
      memory.logger.info('placed')
      await Promise.resolve()
      return sent()
    })
    const { trace_id, span_id, trace_flags } = memory.lines[0] as Record<string, string>
    expect(headers['traceparent']).toBe(`00-${trace_id}-${span_id}-02`)
    expect(trace_flags).toBe('00')
    expect(trace_id).toMatch(/^[0-9a-f]{32}$/)
  })

  test('makes no spans of what blocks tell, for nobody would see them; measurements and lines are there', async () => {
    await start({ otlp: false })
    const tracer = trace.getTracer('shop')
    const startSpan = vi.spyOn(tracer, 'startSpan')
    const memory = memoryLogger({ level: 'debug' })
    const counted = createMetrics()
    const stop = instrument({ logger: memory.logger, metrics: counted, tracer })
    const ended = { summary: 'select orders', operation: 'select', sql: 'select 1', duration: 5 }
    channel('base:drizzle:query:end').publish(ended)
    stop()
    expect(startSpan).not.toHaveBeenCalled()
    expect(memory.lines).toMatchObject([{ 'db.query.text': 'select 1' }])
    expect((await readMetrics(counted)).count('db.client.operation.duration')).toBe(1)
  })

  test.each([false, true])(
    'says by tracecontext that its ids are random, as the propagator does (sends: %s)',
    async (sends) => {
      const collector = await OtlpReceiver.start()
      const telemetry = await start({ otlp: sends && { endpoint: collector.endpoint } })
      const both = () => [tracecontext.inject({} as Record<string, string>), sent()]
      const [own, global] = withSpan('order', both)
      expect(own).toEqual(global)
      expect(own?.['traceparent']).toMatch(sends ? /-03$/ : /-02$/)
      for (const flags of ['01', '03']) {
        const traceparent = INCOMING.traceparent.replace(/..$/, flags)
        const [passed] = received({ traceparent }, () => withSpan('order', both))
        expect(passed?.['traceparent']).toMatch(new RegExp(`-${flags}$`))
      }
      await telemetry.close()
      await collector.close()
      const foreign = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }
      const headers = tracecontext.inject(
        {} as Record<string, string>,
        trace.setSpanContext(ROOT_CONTEXT, foreign),
      )
      expect(headers['traceparent']).toMatch(/-01$/)
    },
  )

  test('gives each span an id of its own, in the trace of the one around it', async () => {
    await start({ otlp: false })
    const idOf = traced('inner', () => trace.getActiveSpan()?.spanContext())
    const [outer, inner, other] = withSpan('outer', (span) => [span.spanContext(), idOf(), idOf()])
    const [alone, root] = [
      withSpan('next', (span) => span.spanContext()),
      withSpan('outer', () => trace.getTracer('t').startSpan('root', { root: true }).spanContext()),
    ]
    expect([inner?.traceId, other?.traceId]).toEqual([outer?.traceId, outer?.traceId])
    expect(new Set([outer, inner, other, alone, root].map((span) => span?.spanId)).size).toBe(5)
    expect(new Set([outer, alone, root].map((span) => span?.traceId)).size).toBe(3)
  })

  test('gives thousands of traces ids that nobody had before', async () => {
    await start({ otlp: false })
    const ids = Array.from({ length: 5_000 }, () => withSpan('order', (span) => span.spanContext()))

    expect(new Set(ids.map(({ traceId }) => traceId)).size).toBe(5_000)
    expect(new Set(ids.map(({ spanId }) => spanId)).size).toBe(5_000)
    expect(ids.every((id) => trace.isSpanContextValid(id))).toBe(true)
  })

  test.each(['00', '01', '02', '03'])('passes the flags %s of a caller on as they came', async (flags) => {
    await start({ otlp: false })
    const traceparent = INCOMING.traceparent.replace(/..$/, flags)
    const headers = received({ ...INCOMING, traceparent }, () => withSpan('a', () => withSpan('b', sent)))
    expect(headers['traceparent']).toMatch(new RegExp(`^00-a{32}-(?!b{16}).{16}-${flags}$`))
    expect(headers['tracestate']).toBe('vendor=1')
  })

  test('takes the global tracer, with all forms of its calls, and leaves it when it closes', async () => {
    const telemetry = await start({ otlp: false })
    const tracer = trace.getTracer('shop')
    const ids = [
      tracer.startActiveSpan('a', () => trace.getActiveSpan()?.spanContext().traceId),
      tracer.startActiveSpan('a', {}, () => trace.getActiveSpan()?.spanContext().traceId),
      tracer.startActiveSpan('a', {}, context.active(), (span) => span.spanContext().traceId),
    ]
    expect(new Set(ids).size).toBe(3)
    await expect(start({ otlp: false })).rejects.toMatchObject({ code: 'CONFLICT' })
    await telemetry.flush()
    expect(withSpan('still here', (span) => trace.isSpanContextValid(span.spanContext()))).toBe(true)
    await telemetry.close()
    await telemetry.flush()
    expect(withSpan('late', (span) => trace.isSpanContextValid(span.spanContext()))).toBe(false)
    expect([telemetry.dropped, propagation.fields()]).toEqual([0, []])
  })

  test('checks its other options all the same', async () => {
    await expect(start({ otlp: false, sampling: 2 })).rejects.toMatchObject({ code: 'INVALID_OPTION' })
    await expect(start({ otlp: false, metrics: { interval: 0 } })).rejects.toThrow('metrics.interval')
    await expect(start({ otlp: true as never })).rejects.toThrow('otlp must be')
  })
})

describe('the environment', () => {
  async function withCollector(
    variables: Record<string, string>,
    work: () => void,
  ): Promise<readonly string[]> {
    const collector = await OtlpReceiver.start()
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
    const telemetry = await start({ otlp: { endpoint: collector.endpoint } })
    work()
    await telemetry.close()
    await collector.close()
    return collector.received.map(({ path }) => path)
  }
  const work = () => {
    expect(withSpan('a', (span) => trace.isSpanContextValid(span.spanContext()))).toBe(true)
    metrics.getMeter('shop').createCounter('orders').add(1)
  }

  test.each([
    ['OTEL_TRACES_EXPORTER=none sends metrics alone', { OTEL_TRACES_EXPORTER: 'none' }, ['/v1/metrics']],
    ['OTEL_METRICS_EXPORTER=none sends traces alone', { OTEL_METRICS_EXPORTER: ' None ' }, ['/v1/traces']],
    ['both send nothing', { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' }, []],
    ['otlp is what is done anyway', { OTEL_TRACES_EXPORTER: 'otlp' }, ['/v1/traces', '/v1/metrics']],
  ])('%s', async (_, variables, paths) => {
    expect(await withCollector(variables, work)).toEqual(paths)
  })

  test('OTEL_SDK_DISABLED=true says nothing of the ids of others', async () => {
    vi.stubEnv('OTEL_SDK_DISABLED', 'true')
    await start()
    const foreign = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }
    context.with(trace.setSpanContext(ROOT_CONTEXT, foreign), () => {
      for (const headers of [sent(), tracecontext.inject({} as Record<string, string>)])
        expect(headers['traceparent']).toMatch(/-01$/)
    })
  })

  test('OTEL_SDK_DISABLED=true makes no spans, and what came in goes on', async () => {
    const headers: Record<string, string>[] = []
    const paths = await withCollector({ OTEL_SDK_DISABLED: 'TRUE' }, () => {
      expect(withSpan('a', (span) => trace.isSpanContextValid(span.spanContext()))).toBe(false)
      headers.push(received(INCOMING, () => withSpan('a', sent)))
    })
    expect([paths, headers]).toEqual([[], [INCOMING]])
  })
})
