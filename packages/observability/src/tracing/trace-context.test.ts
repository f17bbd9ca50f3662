import {
  context,
  createContextKey,
  ROOT_CONTEXT,
  type SpanContext,
  TraceFlags,
  trace,
} from '@opentelemetry/api'
import { describe, expect, test } from 'vitest'
import { type HeaderCarrier, headerCarrier, traceContextPropagator, tracecontext } from './index.js'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'
const HEADER = `00-${TRACE}-${SPAN}-01`
const inTrace = (more: Partial<SpanContext> = {}) =>
  trace.setSpanContext(ROOT_CONTEXT, {
    traceId: TRACE,
    spanId: SPAN,
    traceFlags: TraceFlags.SAMPLED,
    ...more,
  })
const read = (headers: HeaderCarrier) => trace.getSpanContext(tracecontext.extract(headers, ROOT_CONTEXT))

test('headerCarrier reads a header that is a number', () => {
  expect(headerCarrier.get({ 'content-length': 5, age: undefined }, 'Content-Length')).toBe('5')
})

describe('tracecontext', () => {
  test.each<[string, HeaderCarrier]>([
    ['Headers', new Headers({ traceparent: HEADER, tracestate: 'a=1' })],
    ['headers of Node', { traceparent: HEADER, tracestate: ['a=1'] }],
    ['an object in any case', { TraceParent: HEADER, TRACESTATE: 'a=1' }],
    [
      'pairs',
      [
        ['Traceparent', HEADER],
        ['tracestate', 'a=1'],
      ],
    ],
    ['raw headers of Node', ['Host', 'x', 'Traceparent', HEADER, 'tracestate', 'a=1']],
    [
      'a Map',
      new Map([
        ['traceparent', HEADER],
        ['tracestate', 'a=1'],
      ]),
    ],
  ])('reads %s', (_, headers) => {
    expect(read(headers)).toMatchObject({ traceId: TRACE, spanId: SPAN, traceFlags: 1, isRemote: true })
    expect(read(headers)?.traceState?.serialize()).toBe('a=1')
  })

  test.each<[string, HeaderCarrier, unknown]>([
    ['an object', { Traceparent: 'old', host: 'x', tracestate: 'old=1' }, { host: 'x', traceparent: HEADER }],
    [
      'pairs',
      [
        ['Traceparent', 'old'],
        ['TRACEPARENT', 'old'],
        ['host', 'x'],
      ],
      [
        ['host', 'x'],
        ['traceparent', HEADER],
      ],
    ],
    [
      'raw headers',
      ['host', 'x', 'traceparent', 'old', 'Tracestate', 'o=1'],
      ['host', 'x', 'traceparent', HEADER],
    ],
    ['raw headers of a trace alone', ['traceparent', 'old'], ['traceparent', HEADER]],
    ['raw headers of a state alone', ['tracestate', 'o=1'], ['traceparent', HEADER]],
    ['no headers yet', [], [['traceparent', HEADER]]],
  ])('replaces what %s held of another trace', (_, headers, expected) => {
    expect(tracecontext.inject(headers, inTrace())).toBe(headers)
    expect(headers).toEqual(expected)
  })

  test('replaces a trace in Headers, its tracestate too', () => {
    const headers = new Headers({ traceparent: 'old', tracestate: 'old=1' })
    tracecontext.inject(headers, inTrace())
    expect([...headers]).toEqual([['traceparent', HEADER]])
  })

  test('leaves headers alone where there is no span, or where a request of telemetry is sent', () => {
    const suppressed = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')
    expect(tracecontext.inject({ tracestate: 'a=1' }, ROOT_CONTEXT)).toEqual({ tracestate: 'a=1' })
    expect(tracecontext.inject({}, inTrace().setValue(suppressed, true))).toEqual({})
    expect(tracecontext.inject({}, inTrace({ spanId: '0'.repeat(16) }))).toEqual({})
  })

  test.each([null, undefined, 'traceparent', 5])(
    'refuses headers that are none, with or without a span: %s',
    (headers) => {
      for (const active of [inTrace(), ROOT_CONTEXT])
        expect(() => tracecontext.inject(headers as never, active)).toThrow(
          '@base/observability tracecontext.inject: headers must be Headers, an object or an array',
        )
    },
  )

  test('takes the active context where none is given', () => {
    expect(tracecontext.extract({})).toBe(context.active())
    expect(tracecontext.inject({})).toEqual({})
  })

  test('takes nothing for a header that an object inherits', () => {
    expect(read(Object.create({ traceparent: HEADER }))).toBeUndefined()
    expect(read({ ['__proto__']: { traceparent: HEADER } } as unknown as HeaderCarrier)).toBeUndefined()
  })

  test('writes lower case, whatever an id generator makes', () => {
    expect(tracecontext.inject({}, inTrace({ traceId: TRACE.toUpperCase() }))).toEqual({
      traceparent: HEADER,
    })
  })
})

describe('headerCarrier', () => {
  test.each<[string, HeaderCarrier, HeaderCarrier]>([
    ['an object', { 'x-tenant': 'old' }, { 'X-Tenant': 'new' }],
    ['pairs', [['X-TENANT', 'old']], [['X-Tenant', 'new']]],
    ['raw headers', ['host', 'x', 'X-Tenant', 'old'], ['host', 'x', 'X-Tenant', 'new']],
  ])('compares names without regard to case in %s, however they are asked for', (_, headers, replaced) => {
    expect(headerCarrier.get(headers, 'X-Tenant')).toBe('old')
    headerCarrier.set(headers, 'X-Tenant', 'new')
    expect(headers).toEqual(replaced)
    headerCarrier.delete(headers, 'x-TENANT')
    expect(headerCarrier.get(headers, 'x-tenant')).toBeUndefined()
  })
})

describe('traceContextPropagator', () => {
  const written = (active = inTrace(), options = {}) => {
    const headers: Record<string, string> = {}
    traceContextPropagator(options).inject(active, headers, {
      set: (carrier, name, value) => {
        carrier[name] = value
      },
    })
    return headers
  }

  test('says that ids are random where it was told so, of traces that start here', () => {
    expect(written(inTrace(), { randomTraceIds: true })['traceparent']).toBe(`00-${TRACE}-${SPAN}-03`)
    const remote = tracecontext.extract({ traceparent: HEADER }, ROOT_CONTEXT)
    expect(written(remote, { randomTraceIds: true })['traceparent']).toBe(HEADER)
  })

  test('refuses what is no option', () => {
    const randomTraceIds = 'yes' as unknown as boolean
    expect(() => traceContextPropagator({ randomTraceIds })).toThrow(
      '@base/observability traceContextPropagator: randomTraceIds must be true or false',
    )
  })

  test('names its headers', () => {
    expect(traceContextPropagator().fields()).toEqual(['traceparent', 'tracestate'])
  })

  test('sends no state of somebody else that is not valid, or throws', () => {
    const stateOf = (serialize: () => string) => ({ serialize }) as never
    expect(written(inTrace({ traceState: stateOf(() => 'a=1\r\nx: y') }))).toEqual({ traceparent: HEADER })
    expect(written(inTrace({ traceState: stateOf(() => 'a=1') }))).toEqual({
      traceparent: HEADER,
      tracestate: 'a=1',
    })
    const broken = stateOf(() => {
      throw new Error('broken')
    })
    expect(written(inTrace({ traceState: broken }))).toEqual({ traceparent: HEADER })
  })
})

describe('a tracestate', () => {
  const list = (tracestate: string) => read({ traceparent: HEADER, tracestate })?.traceState

  test('has what is changed in front', () => {
    expect(list('a=1,b=2,c=3')?.set('b', '4').serialize()).toBe('b=4,a=1,c=3')
    expect(list('a=1,b=2')?.unset('a').serialize()).toBe('b=2')
    expect(list('a=1,b=2')?.get('b')).toBe('2')
    expect(list('a=1')?.get('b')).toBeUndefined()
  })

  test('takes no member that is not valid, and keeps 32', () => {
    expect(list('a=1')?.set('A', '1').set('b', '').set('c', '1,2').serialize()).toBe('a=1')
    const full = Array.from({ length: 32 }, (_, index) => `k${index}=1`).join(',')
    const more = list(full)?.set('new', '1').serialize().split(',')
    expect(more).toHaveLength(32)
    expect(more?.at(0)).toBe('new=1')
    expect(more?.at(-1)).toBe('k30=1')
  })

  test('is passed on whole up to 4,096 characters; beyond, long members go first, then the last', () => {
    const short = Array.from({ length: 31 }, (_, index) => `k${index}=${'v'.repeat(100)}`)
    const long = `long=${'v'.repeat(250)}`
    expect(list([long, ...short].join(','))?.serialize()).toBe([long, ...short].join(','))
    const longs = Array.from({ length: 16 }, (_, index) => `l${index}=${'v'.repeat(250)}`)
    expect(list([...longs, ...short.slice(0, 16)].join(','))?.serialize()).toBe(short.slice(0, 16).join(','))
  })
})
