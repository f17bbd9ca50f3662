import { correlationId, runInContext, tenantId } from '@base/core/context'
import { TestClock } from '@base/core/testing'
import { context, trace } from '@opentelemetry/api'
import { type ChildLoggerOptions, type Logger, multistream, pino, symbols } from 'pino'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { memoryLogger, memorySpans } from '../testing/index.js'
import { createLogger, type LoggerOptions } from './index.js'

function streamOf(logger: Logger): unknown {
  return (logger as unknown as { [symbols.streamSym]: unknown })[symbols.streamSym]
}

/** The keys of a line itself, as often as they are there; texts in it have no brackets. */
function keysOf(line: string): (string | undefined)[] {
  let own = line.trim().slice(1, -1)
  for (let before = ''; before !== own; ) {
    before = own
    own = own.replace(/\{[^{}[\]]*\}|\[[^{}[\]]*\]/g, '0')
  }
  return [...own.matchAll(/"([^"]*)":/g)].map(([, key]) => key)
}

test("loggers that nobody directs write to one standard output, or they would write into each other's lines", () => {
  const [one, other] = [createLogger({ service: 'one' }), createLogger({ service: 'other' })]
  expect(streamOf(other)).toBe(streamOf(one))
})

test.each<[string, object, string]>([
  [
    'serializers',
    { serializers: {} },
    'serializers must be given to a child: logger.child({}, { serializers })',
  ],
  [
    'formatters',
    { formatters: { level: (label: string) => ({ level: label }) } },
    'formatters must be given to a child: logger.child({}, { formatters }), but for level: the format says how one is shown',
  ],
  ['mixin', { mixin: () => ({}) }, 'mixin must be left out: fields of all lines are those of a child'],
  ['transport', { transport: {} }, 'transport must be the destination'],
  ['hooks', { hooks: {} }, 'hooks must be left out: service and format say what a line is'],
  ['timestamp', { timestamp: false }, 'timestamp must be left out: service and format say what a line is'],
  ['base', { base: null }, 'base must be left out: service and format say what a line is'],
  ['name', { name: 'a' }, 'name must be left out: service and format say what a line is'],
  [
    'messageKey',
    { messageKey: 'message' },
    'messageKey must be left out: service and format say what a line is',
  ],
  ['nestedKey', { nestedKey: 'payload' }, 'nestedKey must be left out: service and format say'],
  ['errorKey', { errorKey: 'error' }, 'errorKey must be left out: service and format say'],
  ['crlf', { crlf: true }, 'crlf must be left out: service and format say'],
  ['enabled', { enabled: false }, "enabled must be left out: level: 'silent' prints nothing"],
  ['customLevels', { customLevels: { audit: 35 } }, 'customLevels must be given to a child'],
  ['redact', { redact: ['card.number'] }, "redact must be an object: { paths: ['card.number'] }"],
])("createLogger says where pino's %s is to be found", (_, options, message) => {
  expect(() => createLogger({ service: 's', ...options } as never)).toThrow(`createLogger: ${message}`)
})

describe('a logger is a logger of pino', () => {
  test('with its levels, fields, messages and placeholders', () => {
    const { logger, lines } = withLines()
    logger.trace('a')
    logger.debug({ n: 1 }, 'b %s', 'c')
    untyped(logger, 'warn')('%d %i %j %o %% %s', 1.5, 2.9, { a: 1 }, ['x'], null)
    logger.fatal({ msg: 'own' })
    expect(lines().map(({ level, msg, n }) => [level, msg, n])).toEqual([
      [10, 'a', undefined],
      [20, 'b c', 1],
      [40, '1.5 2 {"a":1} ["x"] % null', undefined],
      [60, 'own', undefined],
    ])
  })

  test('whose methods may be taken off it: they write as the root does', async () => {
    const { logger, lines } = withLines({ level: 'info', buffer: {} })
    const child = logger.child({ a: 1 }, { level: 'debug' })
    const { info } = child
    const strict = () => {
      throw new Error('strict')
    }
    info('1')
    Reflect.apply(info, {}, ['2'])
    await Promise.reject(new Error('3')).catch(child.error)
    Reflect.apply(info, new Proxy({}, { get: strict }), ['4'])
    runInContext([[correlationId, 'a']], () => {
      const { debug, error } = logger
      debug('5')
      error('6')
    })
    expect(lines().map(({ msg, a }) => [msg, a])).toEqual(
      ['1', '2', '3', '4', '5', '6'].map((msg) => [msg, undefined]),
    )
  })

  test.each<[string, (root: Logger) => Logger]>([
    ['redact', (root) => root.child({}, { redact: ['card'] })],
    ['serializers', (root) => root.child({}, { serializers: { card: () => 'hidden' } })],
    ['formatters', (root) => root.child({}, { formatters: { log: () => ({ card: 'hidden' }) } })],
    ['redact of a parent', (root) => root.child({}, { redact: ['card'] }).child({ a: 1 })],
    ['a level of its own', (root) => root.child({}, { redact: ['card'], level: 'debug' })],
    [
      'a level that was set',
      (root) => Object.assign(root.child({}, { redact: ['card'] }), { level: 'debug' }),
    ],
  ])('whose methods may be taken off it, and hide what it hides: %s', (_, childOf) => {
    const { logger, lines } = withLines({ level: 'info', buffer: {} })
    const child = childOf(logger)
    const { error, info } = child
    info({ card: 'x' })
    logger.level = 'debug'
    const { debug } = child
    debug({ card: 'x' })
    const copy: Logger = { ...child, error, debug }
    copy.error({ card: 'x' })
    logger.level = 'warn'
    runInContext([[correlationId, 'a']], () => {
      copy.debug({ card: 'x' })
      error({ card: 'x' })
    })
    const hidden = lines().map(({ card }) => card)
    expect(hidden).toHaveLength(5)
    expect(hidden).not.toContain('x')
  })

  test('whose children follow its level, also those that hide more', () => {
    const { logger, lines } = withLines({ level: 'info' })
    const child = logger.child({}, { redact: ['card'] })
    child.debug('no')
    logger.level = 'debug'
    child.debug('1')
    logger.level = 'silent'
    child.fatal('no')
    expect(lines().map(({ msg }) => msg)).toEqual(['1'])
  })

  test('with children, their fields, levels and serializers', () => {
    const { logger, lines, text } = withLines({ level: 'info' })
    const child = logger.child({ a: 1, b: 1 }, { level: 'debug', serializers: { c: () => 'C' } })
    child.child({ b: 2 }).debug({ c: 1 })
    logger.debug('not shown')
    expect(child.bindings()).toEqual({ a: 1, b: 1 })
    child.setBindings({ d: 4 })
    child.info({ b: 3 })
    expect(lines()).toMatchObject([
      { level: 20, a: 1, b: 2, c: 'C' },
      { level: 30, a: 1, b: 3, d: 4 },
    ])
    for (const line of text().trim().split('\n'))
      expect(keysOf(line).filter((key) => key === 'b')).toHaveLength(1)
  })

  test.each(['json', 'ecs'] as const)('whose message has a serializer as any field has: %s', (format) => {
    const { logger, lines } = withLines({ format })
    const key = format === 'json' ? 'msg' : 'message'
    const broken = () => {
      throw new Error('broken')
    }
    logger.child({}, { serializers: { [key]: (text: string) => `${text}!` } }).info({ a: 1 }, 'placed %s', 7)
    logger.child({}, { serializers: { [key]: broken } }).info('placed')
    expect(lines().map(({ [key]: message }) => message)).toEqual(['placed 7!', '[Unreadable]'])
  })

  test('whose level may change at any time', () => {
    const { logger, lines } = withLines({ level: 'silent' })
    logger.fatal('1')
    logger.level = 'warn'
    logger.info('2')
    logger.warn('3')
    expect(logger.isLevelEnabled('info')).toBe(false)
    logger.level = 'trace'
    logger.trace('4')
    expect(lines().map(({ msg }) => msg)).toEqual(['3', '4'])
  })

  test('that says of a level below its own whether a line of it is of use: kept here, or sampled', () => {
    const { logger } = withLines({ level: 'warn', buffer: { level: 'debug' } })
    const enabled = (of: Logger) =>
      ['trace', 'debug', 'info', 'warn', 'none'].filter((level) => of.isLevelEnabled(level))
    const inRequest = (of: Logger) => runInContext([[correlationId, 'r']], () => enabled(of))
    expect([enabled(logger), inRequest(logger)]).toEqual([['warn'], ['debug', 'info', 'warn']])
    const child = logger.child({ module: 'a' }, { level: 'info' })
    expect([enabled(child), inRequest(child)]).toEqual([
      ['info', 'warn'],
      ['debug', 'info', 'warn'],
    ])
    expect(inRequest(logger.child({}, { level: 'silent' }))).toEqual([])
    for (const [ratio, levels] of [
      [1, ['info', 'warn']],
      [0, ['warn']],
    ] as const) {
      const sampling = withLines({ level: 'warn', sampling: { ratio, level: 'info' } }).logger
      expect([enabled(sampling), inRequest(sampling)]).toEqual([['warn'], levels])
    }
  })

  test('that writes to streams of levels, as pino does (pino#1413, #1854, #1353: nothing is empty, nothing throws)', () => {
    const [all, errors]: [string[], string[]] = [[], []]
    const destination = multistream([
      { level: 'info', stream: { write: (line: string) => void all.push(line) } },
      { level: 'error', stream: { write: (line: string) => void errors.push(line) } },
    ])
    const logger = createLogger({ service: 'a', format: 'ecs', destination })
    logger.info('1')
    logger.error('2')
    expect([all.length, errors.length]).toEqual([2, 1])
    expect(JSON.parse(errors[0] ?? '')).toMatchObject({ 'log.level': 'error', message: '2' })
  })

  test('whose format and level are options of one logger (pino#2291, ecs-logging-nodejs#183)', () => {
    const { logger, lines } = withLines({ format: 'ecs', level: 'warn' })
    logger.info('no')
    logger.warn('yes')
    expect(lines()).toMatchObject([{ 'log.level': 'warn', 'ecs.version': expect.stringMatching(/^9\./) }])
  })
})

describe('a line has of its own', () => {
  test('the correlation id and the tenant of the context, without patching anything', () => {
    const { logger, lines } = withLines()
    runInContext(
      [
        [correlationId, 'req-1'],
        [tenantId, 'acme'],
      ],
      () => logger.info('in'),
    )
    logger.info('out')
    expect(lines()[0]).toMatchObject({ correlationId: 'req-1', tenantId: 'acme' })
    expect(lines()[1]).not.toHaveProperty('correlationId')
  })

  test('each its own, where two requests run at once (powertools#4667)', async () => {
    const { logger, lines } = withLines()
    const request = (id: string) =>
      runInContext([[correlationId, id]], async () => {
        logger.info('begins')
        await new Promise(setImmediate)
        logger.info('ends')
      })
    await Promise.all([request('req-1'), request('req-2')])
    const ids = lines().map((line) => line['correlationId'])
    expect(ids).toEqual(['req-1', 'req-2', 'req-1', 'req-2'])
  })

  test('the trace and the span that are active (opentelemetry-js-contrib#2838, powertools#4030)', () => {
    const spans = memorySpans()
    onTestFinished(() => spans[Symbol.dispose]())
    const { logger, lines } = withLines({ format: 'ecs' })
    const span = trace.getTracer('test').startSpan('a')
    context.with(trace.setSpan(context.active(), span), () => logger.info('in'))
    span.end()
    const { traceId, spanId } = span.spanContext()
    expect(lines()).toMatchObject([{ 'trace.id': traceId, 'span.id': spanId }])
  })

  test('keys that no field can take, and no key twice, in JSON and ECS, of calls and of children', () => {
    for (const format of ['json', 'ecs'] as const) {
      const { logger, text } = withLines({ format, service: { name: 's', version: '1', environment: 'e' } })
      const taken = {
        level: 'gold',
        time: 1,
        msg: 'm',
        pid: 2,
        hostname: 'h',
        service: 'x',
        version: 'v',
        environment: 'y',
        '@timestamp': 1,
        'log.level': 'x',
        message: 'y',
        'ecs.version': 1,
        log: { level: 1 },
        ecs: { version: 1 },
        trace_id: 'a',
        correlationId: 'b',
        'trace.id': 'c',
        err: 1,
        error: 2,
      }
      runInContext([[correlationId, 'req-1']], () => logger.child(taken).info(taken, 'the message'))
      const keys = keysOf(text())
      expect(
        keys.filter((key, index) => keys.indexOf(key) !== index),
        format,
      ).toEqual([])
      const line = JSON.parse(text())
      expect(line[format === 'json' ? 'msg' : 'message']).toBe('the message')
      expect(line.level === 30 || line['log.level'] === 'info').toBe(true)
    }
  })

  test('the time of the clock', () => {
    const clock = new TestClock()
    const { logger, lines } = withLines({ clock, format: 'ecs' })
    logger.info('a')
    expect(lines()[0]?.['@timestamp']).toBe(new Date(clock.now()).toISOString())
  })
})

describe('an error', () => {
  test('is shown with its causes and its own properties', () => {
    const { logger, lines } = withLines()
    const inner = Object.assign(new TypeError('inner'), { code: 'E_IN' })
    logger.error(new Error('outer', { cause: inner }), 'failed')
    untyped(logger, 'error')('failed', inner)
    expect(lines()).toMatchObject([
      { msg: 'failed', err: { type: 'Error', message: 'outer', cause: { type: 'TypeError', code: 'E_IN' } } },
      { msg: 'failed', err: { type: 'TypeError', message: 'inner' } },
    ])
  })

  test('of several, and of causes without an end, is bounded', () => {
    const { logger, lines } = withLines()
    const ring: Error & { cause?: unknown } = new Error('ring')
    ring.cause = ring
    let deep = new Error('0')
    for (let level = 1; level < 50; level++) deep = new Error(String(level), { cause: deep })
    logger.error(
      new AggregateError(
        Array.from({ length: 100 }, (_, n) => new Error(`e${n}`)),
        'many',
      ),
    )
    logger.error(ring)
    logger.error(deep)
    const [many, round, chain] = lines()
    expect(many).toHaveProperty('err.aggregateErrors.length', 11)
    expect(round).toMatchObject({ err: { cause: '[Circular]' } })
    expect(JSON.stringify(chain)).toContain('[Too deep]')
  })
})

describe('lines that are not printed', () => {
  const inRequest = (id: string, call: () => void) => runInContext([[correlationId, id]], call)

  test('are kept for the request, and printed before its error', () => {
    const { logger, lines } = withLines({ level: 'info', buffer: {} })
    inRequest('a', () => logger.debug('1'))
    inRequest('b', () => logger.debug('of another'))
    logger.debug('of none')
    inRequest('a', () => logger.error('2'))
    inRequest('a', () => logger.error('3'))
    expect(lines().map(({ msg, level }) => [msg, level])).toEqual([
      ['1', 20],
      ['2', 50],
      ['3', 50],
    ])
  })

  test('take nothing with them where the destination does not take one of them', () => {
    const taken: string[] = []
    const write = (line: string) => {
      if (line.includes('"1"')) throw new Error('full')
      taken.push(JSON.parse(line).msg)
    }
    const logger = createLogger({ service: 's', buffer: {}, destination: { write } })
    inRequest('a', () => logger.debug('1'))
    inRequest('a', () => logger.debug('2'))
    inRequest('a', () => logger.error('3'))
    expect(taken).toEqual(['2', '3'])
  })

  test('are kept in bounds, the latest', () => {
    const { logger, lines } = withLines({ level: 'info', buffer: { size: 1_000, requests: 2 } })
    for (const id of ['x', 'y', 'z'])
      inRequest(id, () => {
        for (let n = 0; n < 100; n++) logger.debug(`line ${n}`)
      })
    inRequest('x', () => logger.error('x'))
    expect(lines()).toHaveLength(1)
    inRequest('z', () => logger.error('z'))
    const told = lines()
      .slice(1)
      .map(({ msg }) => msg)
    expect(told[0]).toMatch(/^9\d earlier lines of this request were not kept\.$/)
    expect(told.at(-2)).toBe('line 99')
  })

  test('say what they said when they were kept, as they would have been printed', () => {
    const clock = new TestClock({ now: 7 })
    const said: object[] = [
      { plain: 1, yes: true, none: null, gone: undefined, text: 'a@b.example', password: 'x' },
      { pid: 1, level: 'gold', time: 0, msg: 'mine', correlationId: 'z' },
      { nested: { deep: [1] } },
      { list: ['a@b.example', 1, null, undefined, true], pair: ['authorization', 'x'] },
      { many: Array(50).fill('x'), sparse: new Array(3), deep: [['x']], none: ['serialized'] },
      { texts: Array(19).fill('x'.repeat(16_384)), more: 'y'.repeat(16_384) },
      { statement: `${'x '.repeat(1_000)}a@b.example` },
      { long: 'x'.repeat(20_000) },
      Object.defineProperty({}, 'broken', { enumerable: true, get: () => fail() }),
      new Map([['a', 1]]),
      Object.create({ inherited: 1 }),
    ]
    const fail = () => {
      throw new Error('unreadable')
    }
    const tell = (level: 'debug' | 'info') => {
      const options = { redact: { patterns: ['email'] }, buffer: { size: 1_000_000 }, clock } as const
      const { logger, lines } = withLines({ ...options, level })
      const child = logger.child({ plain: 'bound' }, { serializers: { none: () => 'serialized' } })
      inRequest('a', () => {
        for (const fields of said) child.debug(fields, 'said')
        child.setBindings({ later: 1 })
        logger.error('failed')
      })
      return lines()
    }
    expect(tell('info')).toEqual(tell('debug'))
  })

  test('do not follow what becomes of what was said', () => {
    const { logger, lines } = withLines({ level: 'info', buffer: {} })
    const fields = { tries: 1, last: { status: 503 } }
    const flat = { tries: 1, tags: ['a'] }
    inRequest('a', () => {
      logger.debug(fields)
      logger.debug(flat)
      fields.last.status = 200
      fields.tries = flat.tries = 2
      flat.tags.push('b')
      logger.error('failed')
    })
    expect(lines()).toMatchObject([{ tries: 1, last: { status: 503 } }, { tries: 1, tags: ['a'] }, {}])
  })

  test.each([
    ['kept', { buffer: {} }],
    ['sampled', { sampling: { ratio: 1 } }],
  ])('are %s also where they go to streams of levels', (_, options) => {
    const printed: string[] = []
    const destination = multistream([{ stream: { write: (line: string) => void printed.push(line) } }])
    const logger = createLogger({ service: 'a', destination, ...options })
    inRequest('a', () => {
      logger.debug('detail')
      logger.error('failed')
    })
    expect(printed.map((line) => JSON.parse(line))).toMatchObject([
      { level: 20, msg: 'detail' },
      { level: 50, msg: 'failed' },
    ])
  })

  test('go where their level does, and no further, where some stream takes them', () => {
    const printed: Record<string, unknown[]> = { debug: [], info: [] }
    const destination = multistream(
      Object.entries(printed).map(([level, lines]) => ({
        level: level as 'debug',
        stream: { write: (line: string) => void lines.push(JSON.parse(line).msg) },
      })),
    )
    const logger = createLogger({ service: 'a', destination, sampling: { ratio: 1 } })
    inRequest('a', () => {
      logger.debug('detail')
      logger.info('printed')
    })
    expect(printed).toEqual({ debug: ['detail', 'printed'], info: ['printed'] })
  })

  test('are printed for a share of the requests, the same in every service', () => {
    const one = withLines({ level: 'info', sampling: { ratio: 0.3 } })
    const other = withLines({ level: 'info', sampling: { ratio: 0.3 } })
    for (const { logger } of [one, other])
      for (let n = 0; n < 1_000; n++) inRequest(`req-${n}`, () => logger.debug('detail'))
    const ids = one.lines().map((line) => line['correlationId'])
    expect(ids.length).toBeGreaterThan(230)
    expect(ids.length).toBeLessThan(370)
    expect(other.lines().map((line) => line['correlationId'])).toEqual(ids)
  })
})

test('a silent logger prints nothing, also of a trace that is sampled, until it is silent no more', () => {
  const { logger, lines } = withLines({ level: 'silent', sampling: { ratio: 1 }, buffer: {} })
  runInContext([[correlationId, 'a']], () => {
    logger.debug('1')
    logger.error('2')
    logger.level = 'info'
    logger.debug('3')
    logger.level = 'silent'
    logger.fatal('4')
  })
  expect(lines().map(({ msg }) => msg)).toEqual(['3'])
})

test.each<[string, object, string]>([
  ['no service', {}, 'service'],
  ['a level that is none', { level: 'loud' }, 'level'],
  ['a format that is none', { format: 'xml' }, 'format'],
  ['a destination that cannot be written to', { destination: {} }, 'destination'],
  ['a share above 1', { sampling: { ratio: 2 } }, 'sampling.ratio'],
  ['no share', { sampling: {} as never }, 'sampling.ratio'],
  ['a buffer of no size', { buffer: { size: 0 } }, 'buffer.size'],
  ['a buffer that is none', { buffer: false }, 'buffer'],
  ['null as a buffer', { buffer: null }, 'buffer'],
  ['null as a sampling', { sampling: null }, 'sampling'],
  ['keys that are no list', { redact: { keys: 'password' } }, 'redact.keys'],
  ['a path that is none', { redact: { paths: ['a..b'] } }, 'redact.paths'],
  ['several paths in one text', { redact: { paths: ['req.body.iban, user.iban'] } }, 'redact.paths'],
  ['a pattern that nobody knows', { redact: { patterns: ['iban'] } }, 'redact.patterns'],
])('%s is refused, with the name of the option', (_, options, option) => {
  const given = option === 'service' ? options : { service: 'a', ...options }
  expect(() => createLogger(given as unknown as LoggerOptions)).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION', details: expect.objectContaining({ option }) }),
  )
})

test.each<[string, ChildLoggerOptions<'notice'>]>([
  ['redact.censor', { redact: { paths: ['a'], censor: '***' } }],
  ['redact.censor', { redact: { paths: ['a'], censor: () => 'x' } }],
  ['redact.remove', { redact: { paths: ['a'], remove: true } }],
  ['formatters.level', { customLevels: { notice: 35 }, formatters: { level: (label) => ({ label }) } }],
])('a child is refused %s that it could not keep to', (option, options) => {
  const { logger } = withLines()
  expect(() => logger.child({}, options)).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION', details: expect.objectContaining({ option }) }),
  )
})

test.each<ChildLoggerOptions>([
  { redact: { paths: ['a'], remove: false, censor: '[Redacted]' } },
  { redact: ['a'], formatters: { level: (label) => ({ label }) } },
])('a child takes what changes nothing: %j', (options) => {
  const { logger, lines } = withLines()
  logger.child({}, options).info({ a: 1 })
  expect(lines()).toMatchObject([{ level: 30, a: '[Redacted]' }])
})

test('a destination that throws breaks nobody who logs', () => {
  const destination = {
    write() {
      throw new Error('disk full')
    },
  }
  expect(() => createLogger({ service: 'a', destination }).error('x')).not.toThrow()
})

test('a destination that writes later, and cannot, breaks nobody who logs', async () => {
  const destination = { write: async () => Promise.reject(new Error('disk full')) }
  createLogger({ service: 'a', destination }).error('x')
  // A rejection that nobody heard of would have failed the run by then.
  await new Promise((resolve) => setImmediate(resolve))
})

test('a formatter that throws costs the fields, and not the line', () => {
  const { logger, lines } = withLines()
  const log = () => {
    throw new Error('broken')
  }
  logger.child({}, { formatters: { log } }).info({ a: 1 }, 'placed')
  expect(lines()).toMatchObject([{ fields: '[Unreadable]', msg: 'placed' }])
  expect(lines()[0]).not.toHaveProperty('a')
})

test.each<[string, object]>([
  ['a formatter', { formatters: { log: () => Promise.reject(new Error('broken')) } }],
  ['a serializer', { serializers: { a: () => Promise.reject(new Error('broken')) } }],
])('%s that rejects ends no process, and the line is there', async (_, options) => {
  const unhandled = vi.fn()
  process.on('unhandledRejection', unhandled)
  onTestFinished(() => void process.off('unhandledRejection', unhandled))
  const { logger, lines } = withLines()
  logger.child({}, options).info({ a: 1 }, 'placed')
  await new Promise((resolve) => setImmediate(resolve))
  expect(lines()).toMatchObject([{ msg: 'placed' }])
  expect(unhandled).not.toHaveBeenCalled()
})

test('an error of a wrong service says what came', () => {
  expect(() => createLogger({ service: 5 as never })).toThrow(
    'service must be a text that is not empty, received 5',
  )
})

test('what it prints can be read by whoever reads pino', () => {
  const { logger, lines } = withLines()
  logger.info({ a: 1 }, 'm')
  const theirs: string[] = []
  pino(
    { base: { pid: 1, hostname: 'h', service: 'test' } },
    { write: (line: string) => void theirs.push(line) },
  ).info({ a: 1 }, 'm')
  expect(Object.keys(lines()[0] ?? {})).toEqual(Object.keys(JSON.parse(theirs[0] ?? '')))
})

/** A logger with what it prints. */
function withLines(options: Partial<LoggerOptions> = {}) {
  const memory = memoryLogger(options)
  return {
    logger: memory.logger,
    lines: () => memory.lines,
    text: () => memory.text,
  }
}

/** A method that takes what its types forbid. */
function untyped(logger: Logger, level: 'warn' | 'error'): (...args: unknown[]) => void {
  return logger[level].bind(logger)
}
