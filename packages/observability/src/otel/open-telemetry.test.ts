import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { testProcesses } from '@base-internal/tools/test-process'
import { context, metrics, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { traced, withSpan } from '../tracing/index.js'
import { answers, hangs, type Manner, OtlpReceiver, resets, takes } from './fixtures/otlp-receiver.js'
import { type OpenTelemetry, type OpenTelemetryOptions, startOpenTelemetry } from './index.js'

/** A service that never closes its telemetry, with an hour for a batch. */
const lonely = testProcesses(fileURLToPath(new URL('./fixtures/lonely-service.ts', import.meta.url)))
let collector: OtlpReceiver
const started: OpenTelemetry[] = []
beforeEach(async () => {
  collector = await OtlpReceiver.start()
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
})
afterEach(async () => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  // First, for what a test has left would wait for a collector that is away.
  await Promise.all(started.splice(0).map((each) => each.close()))
  await collector.close()
})

async function start(options: Partial<OpenTelemetryOptions> = {}): Promise<OpenTelemetry> {
  const telemetry = await startOpenTelemetry({
    service: 'shop',
    otlp: options.otlp ?? { endpoint: collector.endpoint },
    metrics: false,
    // Only what hangs shall take it.
    shutdownTimeout: '30s',
    ...options,
  })
  started.push(telemetry)
  return telemetry
}

describe('startOpenTelemetry', () => {
  test('sends spans in protobuf, with who sends them', async () => {
    const telemetry = await start({
      service: { name: 'shop', version: '1.2.3', environment: 'test' },
      attributes: { 'host.name': 'h1' },
      otlp: { endpoint: `${collector.endpoint}/base/`, headers: { 'api-key': 'k' } },
    })
    const charge = traced({ name: 'charge', kind: 'client', attributes: { cents: 7 } }, () => {
      throw new TypeError('no')
    })
    await withSpan('order', async () => expect(charge).toThrow('no'))
    await telemetry.flush()
    expect(collector.received).toHaveLength(1)
    const [{ path, headers, resource, spans }] = collector.received as [(typeof collector.received)[0]]
    expect([path, headers['content-type'], headers['api-key']]).toEqual([
      '/base/v1/traces',
      'application/x-protobuf',
      'k',
    ])
    expect(resource).toMatchObject({
      'service.name': 'shop',
      'service.version': '1.2.3',
      'deployment.environment.name': 'test',
      'host.name': 'h1',
      'telemetry.sdk.language': 'nodejs',
    })
    expect(spans.map(({ name }) => name)).toEqual(['charge', 'order'])
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1)
    // Kinds of the protocol are those of the API and one more.
    expect(spans[0]).toMatchObject({
      kind: SpanKind.CLIENT + 1,
      status: { code: SpanStatusCode.ERROR, message: 'no' },
    })
    expect(spans[0]?.events).toMatchObject([{ name: 'exception' }])
  })

  test('sends metrics of the global meter', async () => {
    const telemetry = await start({ metrics: {} })
    metrics.getMeter('shop').createCounter('orders', { unit: '{order}' }).add(3)
    await telemetry.close()
    const found = collector.received.find(({ path }) => path === '/v1/metrics')
    expect(found?.metrics).toMatchObject([
      { name: 'orders', unit: '{order}', sum: { dataPoints: [{ asDouble: 3 }] } },
    ])
    expect(found?.resource).toMatchObject({ 'service.name': 'shop' })
  })

  test('sends metrics no more often because their interval is longer than timers can be', async () => {
    const every = vi.spyOn(globalThis, 'setInterval')
    onTestFinished(() => every.mockRestore())
    await (await start({ metrics: { interval: '60d' } })).close()
    expect(every.mock.calls.map(([, interval]) => interval)).toEqual([2_147_483_647])
  })

  test('registers both propagators, and says that its trace ids are random', async () => {
    await start()
    const headers: Record<string, string> = {}
    const incoming = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, baggage: 'tenant=7' }
    context.with(propagation.extract(context.active(), incoming), () =>
      withSpan('a', () => propagation.inject(context.active(), headers)),
    )
    expect(headers).toMatchObject({
      traceparent: expect.stringMatching(/^00-a{32}-.{16}-01$/),
      baggage: 'tenant=7',
    })
    withSpan('b', () => propagation.inject(context.active(), headers))
    expect(headers['traceparent']).toMatch(/-03$/)
  })

  test('reads and passes on no baggage where it shall not', async () => {
    await start({ baggage: false })
    const received = propagation.extract(context.active(), { baggage: 'tenant=7' })
    expect(propagation.getBaggage(received)).toBeUndefined()
  })

  test('records the share of traces that it shall, and what others have decided', async () => {
    const telemetry = await start({ sampling: 0 })
    traced('here', () => 1)()
    const incoming = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` }
    context.with(propagation.extract(context.active(), incoming), () => traced('from there', () => 1)())
    await telemetry.close()
    expect(collector.spans).toEqual(['from there'])
  })

  test('asks the environment for what the options do not say', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.endpoint)
    vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', 'Api-Key=a%20b, broken')
    vi.stubEnv('OTEL_RESOURCE_ATTRIBUTES', 'host.name=h2,service.name=other')
    const telemetry = await start({ otlp: {} })
    traced('a', () => 1)()
    await telemetry.close()
    expect(collector.received).toMatchObject([
      { headers: { 'api-key': 'a b' }, resource: { 'host.name': 'h2', 'service.name': 'shop' } },
    ])
  })

  test.each(['0.5', '1e300', '-1', 'soon'])(
    'takes a time of %s in the environment for none',
    async (time) => {
      vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', time)
      const telemetry = await start()
      traced('a', () => 1)()
      await telemetry.close()
      expect([collector.spans, telemetry.dropped]).toEqual([['a'], 0])
    },
  )

  test('refuses to start twice, and the first goes on', async () => {
    const telemetry = await start()
    await expect(start()).rejects.toMatchObject({ code: 'CONFLICT', kind: 'conflict' })
    traced('a', () => 1)()
    await telemetry.close()
    expect(collector.spans).toEqual(['a'])
  })

  test('closed, it has left the API, as often as it is closed, and may start again', async () => {
    const telemetry = await start({ metrics: {} })
    const inherited = propagation.fields()
    await Promise.all([telemetry.close(), telemetry.shutdown(), telemetry[Symbol.asyncDispose]()])
    await telemetry.flush()
    expect(withSpan('late', (span) => span.isRecording())).toBe(false)
    expect([inherited.length, propagation.fields()]).toEqual([3, []])
    expect(trace.getActiveSpan()).toBeUndefined()
    await (await start({ metrics: {} })).close()
  })

  test.each<[string, Record<string, unknown>, string]>([
    ['no service', { service: '' }, 'service must be a text'],
    ['a service without a name', { service: {} }, 'service.name must be a text'],
    [
      'an address that is none',
      { otlp: { endpoint: 'localhost:4318' } },
      'otlp.endpoint must be an http or https URL',
    ],
    ['a password in it', { otlp: { endpoint: 'http://u:hunter2@h' } }, 'otlp.endpoint must be'],
    ['a header that is none', { otlp: { headers: { a: 'hunter2\n' } } }, 'otlp.headers must be'],
    ['no time', { otlp: { timeout: 0 } }, 'otlp.timeout must be'],
    ['a share beyond 1', { sampling: 2 }, 'sampling must be'],
    ['no interval', { metrics: { interval: 0 } }, 'metrics.interval must be'],
    ['an interval in its place', { metrics: '60s' }, 'metrics must be an object'],
    ['null as metrics', { metrics: null }, 'metrics must be an object'],
    ['headers of the Web', { otlp: { headers: new Headers({ a: 'hunter2' }) } }, 'otlp.headers must be'],
    ['headers as a text', { otlp: { headers: 'a=hunter2' } }, 'otlp.headers must be'],
    ['attributes that are none', { attributes: [] }, 'attributes must be'],
    ['baggage that is no answer', { baggage: 'no' }, 'baggage must be'],
    ['no time to close', { shutdownTimeout: 0 }, 'shutdownTimeout must be'],
  ])('refuses %s, and shows no secret', async (_, options, message) => {
    const error: unknown = await start(options).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'INVALID_OPTION', message: expect.stringContaining(message) })
    expect((error as Error).message).not.toContain('hunter2')
  })
})

describe('a collector', () => {
  const one = () => traced('a', () => 1)()

  test.each<[string, Manner, string]>([
    ['that answers 500 gets no second attempt', answers(500), 'status 500'],
    ['that answers 400 gets none either', answers(400), 'status 400'],
  ])('%s', async (_, manner, reason) => {
    collector.behave(manner)
    const telemetry = await start()
    one()
    await telemetry.flush()
    one()
    await telemetry.flush()
    expect([collector.requests, telemetry.dropped]).toEqual([2, 2])
    expect(process.emitWarning).toHaveBeenCalledTimes(1)
    expect(process.emitWarning).toHaveBeenCalledWith(expect.stringContaining(reason), 'OpenTelemetryWarning')
  })

  test.each<[string, Manner]>([
    ['that is busy', answers(503, { 'retry-after': '0' })],
    ['that resets the connection', resets],
  ])('%s is asked again', async (_, manner) => {
    collector.behave(manner, takes)
    const telemetry = await start({
      shutdownTimeout: '30s',
      otlp: { endpoint: collector.endpoint, timeout: '30s' },
    })
    one()
    await telemetry.flush()
    expect([collector.requests, collector.spans, telemetry.dropped]).toEqual([2, ['a'], 0])
  })

  test('that hangs costs its batch after the time, and closing ends all the same', async () => {
    collector.behave(hangs)
    const telemetry = await start({ otlp: { endpoint: collector.endpoint, timeout: 50 } })
    one()
    await telemetry.flush()
    expect(telemetry.dropped).toBe(1)
    await telemetry.close()
    const patient = await start({
      shutdownTimeout: 50,
      otlp: { endpoint: collector.endpoint, timeout: '10m' },
    })
    one()
    await patient.close()
    expect(patient.dropped).toBe(1)
  })

  test('that hangs when the service closes costs the batch, and a warning tells', async () => {
    collector.behave(hangs)
    const telemetry = await start({
      shutdownTimeout: 50,
      otlp: { endpoint: collector.endpoint, timeout: '10m' },
    })
    one()
    await telemetry.close()
    expect(telemetry.dropped).toBe(1)
    expect(process.emitWarning).toHaveBeenCalledExactlyOnceWith(
      expect.stringContaining('was thrown away'),
      'OpenTelemetryWarning',
    )
  })

  test('that is away costs the batch', async () => {
    const { endpoint } = collector
    await collector.close()
    const telemetry = await start({ otlp: { endpoint, timeout: 50 } })
    one()
    await telemetry.close()
    expect(telemetry.dropped).toBe(1)
    collector = await OtlpReceiver.start()
  })

  test.each<[string, Manner | undefined]>([
    ['that hangs', hangs],
    ['that resets', resets],
    ['that is busy', answers(503)],
    ['that is away', undefined],
  ])('%s keeps no process alive, and holds up nothing in it', async (_, manner) => {
    const { endpoint } = collector
    if (manner === undefined) await collector.close()
    else collector.behave(manner)
    const service = lonely(endpoint)
    expect(await service.hear()).toBe('done 0')
    if (service.child.exitCode === null) await once(service.child, 'exit')
    expect(service.child.exitCode).toBe(0)
    collector = manner === undefined ? await OtlpReceiver.start() : collector
  })

  test('that hangs is given eight batches at most; the others are thrown away at once', async () => {
    collector.behave(hangs)
    const telemetry = await start({
      shutdownTimeout: 200,
      otlp: { endpoint: collector.endpoint, timeout: '10m' },
    })
    for (let batch = 0; batch < 12; batch++) {
      for (let span = 0; span < 512; span++) one()
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(telemetry.dropped).toBeGreaterThanOrEqual(1)
    expect(telemetry.dropped).toBeLessThanOrEqual(4)
    await telemetry.close()
  })
})
