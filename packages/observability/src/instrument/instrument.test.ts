import { channel } from 'node:diagnostics_channel'
import { correlationId, runInContext } from '@base/core/context'
import { diagnosticsSources } from '@base/core/diagnostics'
import { InvalidOptionError } from '@base/core/errors'
import { TestClock } from '@base/core/testing'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createMetrics } from '../metrics/index.js'
import { memoryLogger, readMetrics } from '../testing/index.js'
import { CHANNELS } from './catalogue.js'
import { type InstrumentationOptions, instrument } from './index.js'
import { linesOf } from './test-lines.js'

const STATE_CHANGE = 'base:resilience:circuit-breaker:stateChange'
const opened = { name: 'payments', from: 'closed', to: 'open', reason: 'failures' }
const subscribed = () =>
  CHANNELS.map(({ channel: name }) => name).filter((name) => channel(name).hasSubscribers)

/** Instrumented until the test is over. */
function instrumented(options: InstrumentationOptions = {}) {
  const metrics = createMetrics()
  const stop = instrument({ metrics, ...options })
  onTestFinished(stop)
  return { metrics, stop, read: () => readMetrics(metrics) }
}

describe('instrument', () => {
  test('listens to every channel, and to none after it was stopped, once or twice', () => {
    expect(subscribed()).toEqual([])
    const { stop } = instrumented({ logger: linesOf().logger })
    expect(subscribed()).toEqual(CHANNELS.map(({ channel: name }) => name))
    stop()
    expect(subscribed()).toEqual([])
    stop()
    expect(subscribed()).toEqual([])
  })

  test('a second stop of one does not stop another', () => {
    const first = instrument({ metrics: createMetrics() })
    first()
    instrumented()
    first()
    expect(subscribed().length).toBeGreaterThan(0)
  })

  test('a second stop of one does not stop another of the same metrics', () => {
    const metrics = createMetrics()
    const first = instrument({ metrics })
    first()
    onTestFinished(instrument({ metrics }))
    first()
    expect(() => instrument({ metrics })).toThrow('metrics that are not instrumented already')
  })

  test('listens to nothing where nobody wants to know', () => {
    onTestFinished(instrument())
    expect(subscribed()).toEqual([])
  })

  test('counts a message, with names and words of closed sets alone', async () => {
    const { read } = instrumented()
    channel(STATE_CHANGE).publish(opened)
    channel(STATE_CHANGE).publish({ ...opened, reason: 'because-of-4711' })
    expect((await read()).series('base.circuit_breaker.transitions')).toEqual([
      {
        attributes: { 'base.name': 'payments', 'base.state': 'open', 'base.reason': 'failures' },
        value: 1,
        count: undefined,
      },
      {
        attributes: { 'base.name': 'payments', 'base.state': 'open', 'base.reason': '_OTHER' },
        value: 1,
        count: undefined,
      },
    ])
  })

  test('writes a line, at a level that fits, with the names that metrics have', () => {
    const { logger, lines } = linesOf()
    instrumented({ logger })
    channel(STATE_CHANGE).publish(opened)
    channel(STATE_CHANGE).publish({ ...opened, from: 'half_open', to: 'closed', reason: 'probes_succeeded' })
    expect(lines).toEqual([
      {
        level: 'warn',
        message: 'circuit changed its state',
        'event.name': 'base.circuit_breaker.state_change',
        'base.name': 'payments',
        'base.state': 'open',
        'base.state.previous': 'closed',
        'base.reason': 'failures',
      },
      {
        level: 'info',
        message: 'circuit changed its state',
        'event.name': 'base.circuit_breaker.state_change',
        'base.name': 'payments',
        'base.state': 'closed',
        'base.state.previous': 'half_open',
        'base.reason': 'probes_succeeded',
      },
    ])
  })

  test('puts no line together that nobody writes', () => {
    const { logger, lines } = linesOf()
    const isLevelEnabled = vi.fn(() => false)
    instrumented({ logger: { ...logger, isLevelEnabled } })
    channel(STATE_CHANGE).publish(opened)
    expect(isLevelEnabled).toHaveBeenCalledWith('warn')
    expect(lines).toEqual([])
  })

  test('is part of what a request did, where the logger keeps that until it has gone wrong', () => {
    const memory = memoryLogger({ level: 'error', buffer: { level: 'debug' } })
    instrumented({ logger: memory.logger })
    runInContext([[correlationId, 'req-1']], () => {
      for (let call = 0; call < 12; call++) channel(STATE_CHANGE).publish(opened)
      channel('base:cache:cache:hit').publish({ key: 'k' })
      memory.logger.error('failed')
    })
    expect(memory.lines.map(({ msg }) => msg)).toEqual([
      ...Array(12).fill('circuit changed its state'),
      'failed',
    ])
  })

  test('writes 10 lines of a channel a second, and says how many it held back', async () => {
    const clock = new TestClock()
    const { logger, lines } = linesOf()
    const { read } = instrumented({ logger, clock })
    for (let call = 0; call < 25; call++) channel(STATE_CHANGE).publish(opened)
    channel('base:auth:audit:failed').publish({ chain: 'audit', action: 'x', error: new Error('full') })
    expect(lines).toHaveLength(11)
    await clock.advance('1s')
    channel(STATE_CHANGE).publish(opened)
    channel(STATE_CHANGE).publish(opened)
    expect(lines.slice(11).map((line) => line['base.suppressed'])).toEqual([15, undefined])
    expect((await read()).value('base.circuit_breaker.transitions')).toBe(27)
  })

  test('writes a thousand lines a second of what somebody has to look into one by one', async () => {
    const clock = new TestClock()
    const { logger, lines } = linesOf()
    instrumented({ logger, clock })
    const stolen = (id: number) => ({ sub: `user-${id}`, clientId: 'web', familyId: 'f', withinGrace: false })
    for (let id = 0; id < 1_200; id++) channel('base:auth:refresh:reused').publish(stolen(id))
    expect(new Set(lines.map((line) => line['user.id'])).size).toBe(1_000)
    await clock.advance('1s')
    channel('base:auth:refresh:reused').publish(stolen(1_200))
    expect(lines.at(-1)).toMatchObject({ 'user.id': 'user-1200', 'base.suppressed': 200 })
    for (let id = 0; id < 60; id++)
      channel('base:auth:audit:failed').publish({
        chain: 'audit',
        action: `a-${id}`,
        error: new Error('full'),
      })
    expect(lines.filter((line) => line['base.chain'] === 'audit')).toHaveLength(60)
  })

  test('leaves what is a warning of the process without listeners to the process, unless there is a logger', () => {
    const { stop } = instrumented()
    expect(channel('base:resilience:pipeline:warning').hasSubscribers).toBe(false)
    stop()
    instrumented({ logger: linesOf().logger })
    expect(channel('base:resilience:pipeline:warning').hasSubscribers).toBe(true)
  })
})

describe('what is published', () => {
  const throwing = new Proxy(
    {},
    {
      get() {
        throw new Error('no')
      },
      ownKeys() {
        throw new Error('no')
      },
    },
  )
  const hostile: readonly unknown[] = [
    undefined,
    null,
    7,
    'text',
    [],
    () => {},
    Object.create(null),
    throwing,
    { name: throwing, error: throwing, policies: throwing, url: throwing, reasons: throwing },
    { name: {}, to: {}, error: {}, waited: 'long', duration: Number.NaN, policies: [null, throwing] },
    { name: 'x'.repeat(100_000), sql: 'y'.repeat(1_000_000), error: null, duration: -1 },
    { name: '\ud800"\n\\', to: '\ud800', url: 'no url', retryAfter: Number.POSITIVE_INFINITY },
    { error: { code: 'x'.repeat(1_000), name: 7 }, fence: 7n, keys: 7n, duration: 7n },
  ]

  test('never breaks the publisher, whatever it is', async () => {
    const { logger } = linesOf()
    const uncaught = vi.fn()
    process.on('uncaughtException', uncaught)
    onTestFinished(() => {
      process.off('uncaughtException', uncaught)
    })
    const tracer = new TracerProvider().getTracer('test')
    const { read } = instrumented({ logger, tracer })
    for (const { channel: name } of CHANNELS)
      for (const message of hostile) channel(name).publish(message as object)
    await new Promise((resolve) => setImmediate(resolve))
    expect(uncaught).not.toHaveBeenCalled()
    const metrics = await read()
    for (const { metric } of CHANNELS.filter((rule) => rule.metric.duration === undefined))
      expect(metrics.value(metric.name), metric.name).toBeGreaterThanOrEqual(hostile.length)
    const texts = metrics.names
      .flatMap((name) => metrics.series(name))
      .flatMap(({ attributes }) => Object.values(attributes))
    expect(Math.max(...texts.map((text) => text.length))).toBeLessThanOrEqual(128)
    expect(metrics.value('base.instrument.failures')).toBeUndefined()
  })

  test('is counted also where logger and tracer throw, and so are their failures', async () => {
    const broken = () => {
      throw new Error('broken')
    }
    const logger = { trace: broken, debug: broken, info: broken, warn: broken, error: broken }
    const { read } = instrumented({ logger, tracer: { startSpan: broken } as never })
    channel('base:drizzle:query:end').publish({ operation: 'select', summary: 'select', duration: 150 })
    const metrics = await read()
    expect(metrics.count('db.client.operation.duration')).toBe(1)
    expect(metrics.value('base.instrument.failures', { 'base.channel': 'base:drizzle:query:end' })).toBe(2)
  })
})

describe('a logger that writes later', () => {
  test.each([
    ['rejects', () => Promise.reject(new Error('away'))],
    [
      'gives what cannot be waited for',
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: that is what is tested.
        get then() {
          throw new Error('no')
        },
      }),
    ],
  ])('ends no process where it %s: that is counted', async (_, write) => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    onTestFinished(() => {
      process.off('unhandledRejection', unhandled)
    })
    const { read } = instrumented({
      logger: { trace: write, debug: write, info: write, warn: write, error: write },
    })
    channel(STATE_CHANGE).publish(opened)
    await new Promise((resolve) => setImmediate(resolve))
    expect(unhandled).not.toHaveBeenCalled()
    expect((await read()).value('base.instrument.failures', { 'base.channel': STATE_CHANGE })).toBe(1)
  })
})

describe('what is counted and read', () => {
  const breakers = diagnosticsSources('base:resilience:circuit-breaker', (counts: Counts) => ({ ...counts }))
  interface Counts {
    name: string
    state: string
    successes: number
  }
  /** Sources are held weakly. */
  const kept: Counts[] = []
  const add = (...sources: readonly Counts[]) => {
    kept.push(...sources)
    for (const source of sources) breakers.add(source)
  }
  const calls = 'base.circuit_breaker.calls'

  test('is added up by name, and starts with what was counted before', async () => {
    const made: Counts[] = [
      { name: 'a', state: 'open', successes: 3 },
      { name: 'a', state: 'closed', successes: 4 },
      { name: 'b', state: 'closed', successes: 0 },
    ]
    add(...made)
    const { read } = instrumented()
    const metrics = await read()
    expect(metrics.value(calls, { 'base.name': 'a', 'base.outcome': 'success' })).toBe(7)
    expect(metrics.value(calls, { 'base.name': 'b', 'base.outcome': 'success' })).toBe(0)
    const state = (name: string, state: string) =>
      metrics.value('base.circuit_breaker.state', { 'base.name': name, 'base.state': state })
    expect([state('a', 'open'), state('a', 'closed'), state('a', 'half_open')]).toEqual([1, 1, 0])
    expect([state('b', 'open'), state('b', 'closed')]).toEqual([0, 1])
  })

  test('never goes back where a source begins anew', async () => {
    const one = { name: 'reset', state: 'closed', successes: 5 }
    add(one)
    const { read } = instrumented()
    const value = async () => (await read()).value(calls, { 'base.name': 'reset', 'base.outcome': 'success' })
    expect(await value()).toBe(5)
    one.successes = 2
    expect(await value()).toBe(7)
    one.successes = 2
    expect(await value()).toBe(7)
  })

  test('is no longer shown once it is stopped, and goes on where it is begun again', async () => {
    const one = { name: 'again', state: 'closed', successes: 5 }
    add(one)
    const { metrics, stop, read } = instrumented()
    const value = async () => (await read()).value(calls, { 'base.name': 'again', 'base.outcome': 'success' })
    expect(await value()).toBe(5)
    stop()
    one.successes = 6
    expect(await value()).toBeUndefined()
    onTestFinished(instrument({ metrics }))
    expect(await value()).toBe(6)
  })

  test('of a source that says what it should not is left out', async () => {
    add({ name: 7, state: {}, successes: Number.NaN } as never)
    const { read } = instrumented()
    expect((await read()).value(calls, { 'base.outcome': 'success' })).not.toBeNaN()
  })
})

describe('options', () => {
  test.each<[string, unknown]>([
    ['options', null],
    ['logger', { logger: console.log }],
    ['logger', { logger: { info() {}, warn() {} } }],
    ['metrics', { metrics: {} }],
    ['tracer', { tracer: {} }],
    ['clock', { clock: {} }],
  ])('refuses a wrong %s', (option, options) => {
    expect(() => instrument(options as never)).toThrow(InvalidOptionError)
    expect(() => instrument(options as never)).toThrow(`@base/observability instrument: ${option} must be`)
    expect(subscribed()).toEqual([])
  })

  test('refuses metrics that are instrumented already, as all would count twice', () => {
    const { metrics, stop } = instrumented()
    expect(() => instrument({ metrics })).toThrow('metrics that are not instrumented already')
    stop()
    onTestFinished(instrument({ metrics }))
  })

  test('leaves nothing behind where one of its names is taken', () => {
    const metrics = createMetrics()
    metrics.gauge('base.totp.locks')
    for (let time = 0; time < 2; time++)
      expect(() => instrument({ metrics })).toThrow('name must be a name of its own')
    expect(subscribed()).toEqual([])
  })

  test('takes the console', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    onTestFinished(() => warn.mockRestore())
    onTestFinished(instrument({ logger: console }))
    channel(STATE_CHANGE).publish(opened)
    expect(warn).toHaveBeenCalledOnce()
  })

  test('does without diagnostics channels, as in a browser: only counters are read', async () => {
    vi.stubGlobal('process', undefined)
    onTestFinished(() => {
      vi.unstubAllGlobals()
    })
    const metrics = createMetrics()
    onTestFinished(instrument({ metrics }))
    vi.unstubAllGlobals()
    expect(subscribed()).toEqual([])
  })
})
