import { runInNewContext } from 'node:vm'
import { correlationId, runInContext } from '@base/core/context'
import { ValidationError } from '@base/core/errors'
import type { StandardSchemaV1 } from '@base/core/schema'
import { unchecked } from '@base/core/schema'
import { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import { Money } from '../value-object/money.js'
import {
  causationId,
  causedBy,
  defineEvent,
  fromCloudEvent,
  type ReceivedMessage,
  readCloudEvent,
  toBinary,
  toCloudEvent,
  toStructured,
} from './index.js'

const OrderPlaced = defineEvent('order.placed', unchecked<{ total: number; note?: string }>())

/** A schema that takes a number from 0. */
const amount: StandardSchemaV1<number, number> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) =>
      typeof value === 'number' && value >= 0 ? { value } : { issues: [{ message: 'a number from 0' }] },
  },
}
const Paid = defineEvent('paid', amount)

describe('defineEvent', () => {
  test('takes what is inherited in its meta, as of a class', () => {
    const meta = {
      id: 'e-1',
      occurredAt: new Date(0),
      aggregateId: 'o-7',
      version: 2,
      correlationId: 'c',
      causationId: 'd',
    }
    expect(defineEvent('a.b', unchecked())({}, Object.create(meta))).toMatchObject(meta)
  })

  test('makes frozen events with an id, the time and the payload', () => {
    const clock = new TestClock({ now: 5_000 })
    const payload = { total: 1999 }
    const event = OrderPlaced(payload, { clock })

    expect(event).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
      type: 'order.placed',
      payload: { total: 1999 },
      occurredAt: new Date(5_000),
    })
    expect(Object.isFrozen(event) && Object.isFrozen(event.payload)).toBe(true)
    payload.total = 0
    expect(event.payload.total).toBe(1999)
    expect(OrderPlaced.type).toBe('order.placed')
    expect(OrderPlaced.is(event)).toBe(true)
    expect(Paid.is(event)).toBe(false)
  })

  test('ids follow the order of events', () => {
    const ids = Array.from({ length: 100 }, () => OrderPlaced({ total: 1 }).id)
    expect([...ids].sort()).toEqual(ids)
  })

  test('takes correlation and causation from the context, unless they are given', () => {
    const first = runInContext([[correlationId, 'c-1']], () => OrderPlaced({ total: 1 }))
    const second = runInContext(causedBy(first), () => OrderPlaced({ total: 2 }))
    const given = runInContext([[causationId, 'x']], () => OrderPlaced({ total: 3 }, { causationId: 'y' }))

    expect(first).toMatchObject({ correlationId: 'c-1' })
    expect(first).not.toHaveProperty('causationId')
    expect(second).toMatchObject({ correlationId: 'c-1', causationId: first.id })
    expect(given.causationId).toBe('y')
  })

  test('takes what is undefined from the context, too', () => {
    const undefinedMeta = { correlationId: undefined, causationId: undefined, id: undefined }
    const event = runInContext(
      [
        [correlationId, 'c-1'],
        [causationId, 'x'],
      ],
      () => OrderPlaced({ total: 1 }, undefinedMeta),
    )
    expect(event).toMatchObject({ id: expect.any(String), correlationId: 'c-1', causationId: 'x' })
  })

  test.each([
    ['id', ''],
    ['id', 5],
    ['aggregateId', ''],
    ['correlationId', ''],
    ['causationId', null],
    ['version', -3],
    ['version', 1.5],
    ['occurredAt', new Date(Number.NaN)],
    ['occurredAt', 0],
    ['occurredAt', new Date('+010000-01-01T00:00:00Z')],
    ['occurredAt', new Date('-000001-12-31T23:59:59Z')],
    ['clock', {}],
  ])('refuses the %s %j, which nobody could read back', (name, value) => {
    expect(() => OrderPlaced({ total: 1 }, { [name]: value })).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        details: expect.objectContaining({ pattern: 'defineEvent', option: `meta.${name}` }),
      }),
    )
  })

  test.each(['0000-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'])(
    'happens at %s at the utmost',
    (time) => {
      const event = OrderPlaced({ total: 1 }, { occurredAt: new Date(time) })
      expect(fromCloudEvent(toCloudEvent(event), OrderPlaced)).toEqual(event)
    },
  )

  test('takes an empty text in the context, as of an empty header, for none', () => {
    const event = runInContext(
      [
        [correlationId, ''],
        [causationId, ''],
      ],
      () => OrderPlaced({ total: 1 }),
    )
    expect(fromCloudEvent(toCloudEvent(event), OrderPlaced)).toEqual(event)
    expect(event).not.toHaveProperty('correlationId')
    expect(event).not.toHaveProperty('causationId')
  })

  test('an event without a correlation starts one', () => {
    const first = OrderPlaced({ total: 1 })
    expect(runInContext(causedBy(first), () => OrderPlaced({ total: 2 })).correlationId).toBe(first.id)
  })

  test('throws ValidationError where the payload does not fit', () => {
    expect(() => Paid(-1)).toThrow(ValidationError)
    expect(Paid(1).payload).toBe(1)
  })

  test.each([
    ['an empty type', () => defineEvent('', unchecked())],
    ['no schema', () => defineEvent('x', undefined as never)],
  ])('refuses %s', (_, call) => {
    expect(call).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  })
})

const FULL = {
  id: 'e-1',
  occurredAt: new Date('2026-01-02T03:04:05.678Z'),
  aggregateId: 'o-7',
  version: 3,
  correlationId: 'c-1',
  causationId: 'e-0',
} as const

describe('CloudEvents', () => {
  const event = OrderPlaced({ total: 1999, note: 'São Tomé “%”' }, FULL)

  test('attributes are in lower case, the payload is the data', () => {
    expect(toCloudEvent(event, { source: '/orders' })).toEqual({
      specversion: '1.0',
      id: 'e-1',
      source: '/orders',
      type: 'order.placed',
      time: '2026-01-02T03:04:05.678Z',
      datacontenttype: 'application/json',
      subject: 'o-7',
      aggregateid: 'o-7',
      version: 3,
      correlationid: 'c-1',
      causationid: 'e-0',
      data: { total: 1999, note: 'São Tomé “%”' },
    })
    expect(toCloudEvent(event).source).toBe('/')
  })

  test('come back as they were, also through JSON', () => {
    const sent = JSON.parse(JSON.stringify(toCloudEvent(event)))
    expect(fromCloudEvent(sent, OrderPlaced)).toEqual(event)
    expect(fromCloudEvent(toCloudEvent(OrderPlaced({ total: 1 }, { id: 'e' })))).not.toHaveProperty('version')
  })

  test.each([
    ['structured', toStructured],
    ['binary', toBinary],
  ])('come back as they were in %s mode', async (_, write) => {
    const message = write(toCloudEvent(event))
    const request = new Request('https://example.org', { method: 'POST', ...message })
    const read = await readCloudEvent({ headers: request.headers, body: await request.text() })
    expect(read.ok && fromCloudEvent(read.value, OrderPlaced)).toEqual(event)
  })

  test('binary headers carry any text, and other than data nothing of the body', async () => {
    const odd = OrderPlaced({ total: 1 }, { ...FULL, correlationId: 'é "50%"\r\nx: y 😀' })
    const { headers, body } = toBinary(toCloudEvent(odd))
    for (const value of Object.values(headers)) expect(value).toMatch(/^[\x21-\x7e]+$/)
    expect(body).toBe('{"total":1}')
    const read = await readCloudEvent({ headers, body })
    expect(read.ok && fromCloudEvent(read.value, OrderPlaced)).toEqual(odd)
  })

  test('an event without data has no body, and none of what it does not say', async () => {
    const { data: _, ...bare } = toCloudEvent(OrderPlaced({ total: 1 }, { id: 'e' }))
    const { headers, body } = toBinary({ ...bare, subject: undefined } as never)
    expect(body).toBe('')
    expect(headers).not.toHaveProperty('ce-subject')
  })

  test.each([
    ['data of text', { datacontenttype: 'text/plain', data: 'hello' }, 'datacontenttype'],
    ['data of no type', { datacontenttype: '', data: 'hello' }, 'datacontenttype'],
    ['a type that is no text', { datacontenttype: 7 as never }, 'datacontenttype'],
    ['data in base64', { data: undefined, data_base64: 'aGVsbG8=' }, 'data_base64'],
    [
      'the type of a structured event',
      { datacontenttype: 'Application/CloudEvents+JSON' },
      'datacontenttype',
    ],
  ])('binary mode refuses what it could not read again: %s', (_, given, path) => {
    expect(() => toBinary({ ...toCloudEvent(event), ...given })).toThrow(
      expect.objectContaining({
        code: 'VALIDATION',
        issues: [expect.objectContaining({ path, code: 'cloudevent' })],
      }),
    )
  })

  test.each([
    ['of JSON', { datacontenttype: 'application/vnd.order+json; charset=utf-8' }],
    ['of null, which is none', { datacontenttype: null, data_base64: null }],
  ])('binary mode reads again what it wrote with a type %s', async (_, given) => {
    const { headers, body } = toBinary({ ...toCloudEvent(event), ...given } as never)
    const read = await readCloudEvent({ headers: new Headers(headers), body })
    expect(read.ok && fromCloudEvent(read.value, OrderPlaced)).toEqual(event)
  })

  test('without data the type may be any', async () => {
    const message = toBinary({ ...toCloudEvent(event), datacontenttype: 'text/plain', data: undefined })
    expect(await readCloudEvent(message)).toMatchObject({ ok: true, value: { id: 'e-1' } })
  })

  test.each([
    ['a quoted text', '"a b"', 'a b'],
    ['a quoted text with escapes', String.raw`"say \"hi\" \\ \o/"`, String.raw`say "hi" \ o/`],
    ['a quoted text that is percent-encoded', String.raw`"50%25 %C3\%A9"`, '50% é'],
    ['an encoded quote', '%22a%22', '"a"'],
    ['a quote within', 'say "hi"', 'say "hi"'],
    ['a quote that nothing closes', String.raw`"a\"`, String.raw`"a\"`],
    ['encoded without need, in lower case', '%61%c3%a9', 'aé'],
    ['a byte order mark', '%EF%BB%BFa', '\uFEFFa'],
    ['a percent of its own', '100%', '100%'],
  ])('binary headers are read as the specification says: %s', async (_, header, subject) => {
    const { headers, body } = toBinary(toCloudEvent(event))
    const read = await readCloudEvent({ headers: { ...headers, 'ce-subject': header }, body })
    expect(read).toMatchObject({ ok: true, value: { subject } })
  })

  test.each(['%C0%A0', 'a%ffb', '%E2%82', '%ED%A0%80', '"%C3"'])(
    'a binary header that is no UTF-8 is refused: %s',
    async (header) => {
      const { headers, body } = toBinary(toCloudEvent(event))
      expect(await readCloudEvent({ headers: { ...headers, 'ce-subject': header }, body })).toMatchObject({
        ok: false,
        error: {
          issues: [{ path: 'subject', code: 'cloudevent', message: 'must be UTF-8, percent-encoded' }],
        },
      })
    },
  )

  test.each<[string, unknown]>([
    ['a bigint', 1n],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['NaN', Number.NaN],
    ['an infinity', Number.NEGATIVE_INFINITY],
    ['a map', new Map([['PT', 23]])],
    ['a set', new Set([1])],
    ['a map of another realm', runInNewContext('new Map()')],
    ['an error', new Error('x')],
    ['a pattern', /x/],
    ['a promise', Promise.resolve()],
    ['bytes', Uint8Array.of(1)],
    ['memory', new ArrayBuffer(1)],
  ])('%s is not JSON', (_, value) => {
    const odd = defineEvent('odd', unchecked<unknown>())
    for (const payload of [value, { value }, [{ value: [value] }]])
      for (const write of [toBinary, toStructured])
        expect(() => write({ ...toCloudEvent(odd(1)), data: payload })).toThrow(
          expect.objectContaining({ code: 'VALIDATION', message: expect.stringContaining('must be JSON') }),
        )
  })

  test('nor is a list with undefined in it, of which null would be made', () => {
    for (const data of [[undefined], { all: [1, undefined] }])
      expect(() => toStructured({ ...toCloudEvent(event), data })).toThrow('must be JSON')
  })

  test('what says itself how it is JSON is, and what is undefined is left out', () => {
    const data = { at: new Date(0), price: Money.of(1n, 'EUR'), none: undefined, bare: Object.create(null) }
    expect(toBinary({ ...toCloudEvent(event), data }).body).toBe(
      '{"at":"1970-01-01T00:00:00.000Z","price":{"minor":"1","currency":"EUR"},"bare":{}}',
    )
  })

  test('headers as Node has them: one that came twice is none', async () => {
    const { headers, body } = toBinary(toCloudEvent(event))
    const read = await readCloudEvent({ headers: { ...headers, 'x-twice': ['a', 'b'] }, body })
    expect(read.ok && fromCloudEvent(read.value, OrderPlaced)).toEqual(event)
  })

  test.each<[string, (headers: Record<string, string>) => ReceivedMessage['headers']]>([
    ['headersDistinct of Node', (all) => Object.fromEntries(Object.entries(all).map(([k, v]) => [k, [v]]))],
    ['Headers of another library', (all) => new Map(Object.entries(all)) as unknown as Headers],
  ])('headers as they are in %s', async (_, as) => {
    for (const write of [toBinary, toStructured]) {
      const { headers, body } = write(toCloudEvent(event))
      const read = await readCloudEvent({ headers: as(headers), body })
      expect(read.ok && fromCloudEvent(read.value, OrderPlaced)).toEqual(event)
    }
  })

  test.each([[undefined], [null]])(
    'a body of %s, as frameworks give for none, is an empty one',
    async (body) => {
      const { headers } = toBinary(toCloudEvent(event))
      const read = await readCloudEvent({ headers, body })
      expect(read).toMatchObject({ ok: true, value: { id: event.id } })
      expect(read.ok && Object.hasOwn(read.value, 'data')).toBe(false)

      const structured = toStructured(toCloudEvent(event))
      expect(await readCloudEvent({ headers: structured.headers, body })).toMatchObject({
        ok: false,
        error: { code: 'JSON_MALFORMED' },
      })
    },
  )

  test('data that is broken JSON is refused', async () => {
    const { headers } = toBinary(toCloudEvent(event))
    expect(await readCloudEvent({ headers, body: '{"total":' })).toMatchObject({
      ok: false,
      error: { code: 'JSON_MALFORMED' },
    })
  })

  test('a time finer than a millisecond is cut', () => {
    const finer = { ...toCloudEvent(event), time: '2026-01-02T03:04:05.678999Z' }
    expect(fromCloudEvent(finer, OrderPlaced).occurredAt).toEqual(FULL.occurredAt)
  })

  test.each(['2028-02-29T23:59:59.678+05:30', '2026-12-31T23:00:00-12:00', '0050-01-01t00:00:00z'])(
    'a time may be of any day there is: %s',
    (time) => {
      expect(fromCloudEvent({ ...toCloudEvent(event), time }).occurredAt).toEqual(new Date(time))
    },
  )

  test('an attribute of null is one that is not there', () => {
    const attributes = ['time', 'subject', 'aggregateid', 'version', 'correlationid', 'causationid']
    const nulls = Object.fromEntries(
      [...attributes, 'datacontenttype', 'data_base64'].map((name) => [name, null]),
    )
    const read = fromCloudEvent({ ...toCloudEvent(event), ...nulls }, OrderPlaced)

    expect(read).toEqual({
      id: 'e-1',
      type: event.type,
      payload: event.payload,
      occurredAt: expect.any(Date),
    })
    expect(fromCloudEvent({ ...toCloudEvent(event), aggregateid: null }).aggregateId).toBe('o-7')
  })

  test('data of null is a value', () => {
    const Cleared = defineEvent('cleared', unchecked<null>())
    expect(fromCloudEvent(toCloudEvent(Cleared(null)), Cleared).payload).toBeNull()
  })

  test('attributes may be getters, as classes have them', () => {
    class Received {
      readonly #sent = toCloudEvent(event)
      readonly specversion = '1.0'
      readonly id = this.#sent.id
      readonly source = this.#sent.source
      readonly type = this.#sent.type
      get time() {
        return this.#sent.time
      }
      get data() {
        return this.#sent.data
      }
    }
    expect(fromCloudEvent(new Received(), OrderPlaced)).toMatchObject({
      payload: event.payload,
      occurredAt: FULL.occurredAt,
    })
  })

  test('data in base64 is refused, and not lost', async () => {
    const { data: _, ...bare } = toCloudEvent(event)
    const read = await readCloudEvent(toStructured({ ...bare, data_base64: 'aGVsbG8=' }))
    expect(() => fromCloudEvent(read.ok && read.value)).toThrow(
      expect.objectContaining({
        issues: [{ path: 'data_base64', message: 'must be absent: data is read as JSON only' }],
      }),
    )
  })

  test('the payload is checked by the definition', () => {
    const paid = toCloudEvent(Paid(1))
    expect(() => fromCloudEvent({ ...paid, data: -1 }, Paid)).toThrow(ValidationError)
    expect(() => fromCloudEvent({ ...paid, type: 'other' }, Paid)).toThrow(ValidationError)
  })

  test.each([
    ['nothing', undefined],
    ['a text', 'x'],
    ['an array', []],
    ['an empty object', {}],
    ['another version', { ...toCloudEvent(event), specversion: '0.3' }],
    ['an id that is no text', { ...toCloudEvent(event), id: 7 }],
    ['an empty source', { ...toCloudEvent(event), source: '' }],
    ['a time that is none', { ...toCloudEvent(event), time: 'soon' }],
    ['a month 13', { ...toCloudEvent(event), time: '2026-13-01T00:00:00Z' }],
    ['a 30 February', { ...toCloudEvent(event), time: '2026-02-30T00:00:00Z' }],
    ['a 29 February of no leap year', { ...toCloudEvent(event), time: '2026-02-29t00:00:00+01:00' }],
    ['an hour 24', { ...toCloudEvent(event), time: '2026-01-01T24:00:00Z' }],
    ['an id of null', { ...toCloudEvent(event), id: null }],
    ['a version of the specification of null', { ...toCloudEvent(event), specversion: null }],
    ['an aggregate version below 0', { ...toCloudEvent(event), version: -1 }],
    ['a correlation that is an object', { ...toCloudEvent(event), correlationid: {} }],
  ])('from outside are refused with the attribute: %s', (_, given) => {
    expect(() => fromCloudEvent(given)).toThrow(ValidationError)
  })

  test.each([
    ['no CloudEvent', { 'content-type': 'application/json' }, '{}'],
    ['a body that is no JSON', { 'content-type': 'application/cloudevents+json' }, '{'],
    ['prototype keys', { 'content-type': 'application/cloudevents+json' }, '{"__proto__":{"polluted":true}}'],
    ['data that is no JSON', { 'content-type': 'text/xml', 'ce-specversion': '1.0' }, '<x/>'],
    ['a body of null', { 'content-type': 'application/cloudevents+json' }, 'null'],
  ])('messages from outside are refused without a throw: %s', async (_, headers, body) => {
    const read = await readCloudEvent({ headers: headers as Record<string, string>, body })
    if (read.ok) expect(() => fromCloudEvent(read.value)).toThrow(ValidationError)
    else expect(read.error.kind).toBe('invalid')
  })

  const sent = toCloudEvent(event)
  const structured = (body: unknown) => ({
    headers: { 'content-type': 'application/cloudevents+json' },
    body: JSON.stringify(body),
  })

  test.each([[null], [[1]], ['x'], [7], [true]])(
    'a structured body that is no object is refused: %j',
    async (body) => {
      expect(await readCloudEvent(structured(body))).toMatchObject({
        ok: false,
        error: {
          code: 'VALIDATION',
          issues: [{ path: '', code: 'cloudevent', message: 'must be an object' }],
        },
      })
    },
  )

  const refusing = (path: string) => ({
    ok: false,
    error: { code: 'VALIDATION', issues: [{ path, code: 'cloudevent' }] },
  })

  test.each([
    ['specversion', '0.3'],
    ['type', undefined],
    ['id', 7],
    ['source', ''],
    ['subject', {}],
    ['datacontenttype', 7],
    ['time', 'soon'],
    ['time', '2026-02-30T23:59:60Z'],
    ['time', '2026-01-01T24:00:00Z'],
  ])('a structured event whose %s is %j is refused', async (name, value) => {
    expect(await readCloudEvent(structured({ ...sent, [name]: value }))).toMatchObject(refusing(name))
  })

  test.each([
    ['specversion', '0.3'],
    ['type', undefined],
    ['subject', ''],
    ['time', 'soon'],
  ])('a binary event whose %s is %j is refused', async (name, value) => {
    const { headers, body } = toBinary(sent)
    const read = await readCloudEvent({ headers: { ...headers, [`ce-${name}`]: value }, body })
    expect(read).toMatchObject(refusing(name))
  })

  test.each([
    ['version', 'v2'],
    ['version', '007'],
    ['version', -1],
    ['correlationid', 5],
    ['aggregateid', ''],
    ['time', '2016-12-31T23:59:60Z'],
    ['time', '2017-01-01T00:59:60.5+01:00'],
  ])('a structured event of others, whose %s is %j, is read as it is', async (name, value) => {
    const event = { ...sent, [name]: value }
    expect(await readCloudEvent(structured(event))).toEqual({ ok: true, value: event })
    if (value !== '007') expect(() => fromCloudEvent(event)).toThrow(`${name}: must`)
  })

  test.each([
    ['version', 'v2', 'v2'],
    ['version', '7', 7],
    ['correlationid', '', ''],
  ])('a binary event of others, whose %s is %j, is read', async (name, value, read) => {
    const { headers, body } = toBinary(sent)
    expect(await readCloudEvent({ headers: { ...headers, [`ce-${name}`]: value }, body })).toMatchObject({
      ok: true,
      value: { [name]: read },
    })
  })

  test.each([
    ['structured', toStructured],
    ['binary', toBinary],
  ])(
    'what is read in %s mode is as its type says: numbers, and no nulls but that of data',
    async (_, write) => {
      const nulls: object = { subject: null, time: null, traceparent: null, data: null }
      const read = await readCloudEvent(write({ ...sent, ...nulls, sequence: '7' }))
      const { subject, time, ...others } = sent
      expect(read).toEqual({ ok: true, value: { ...others, data: null, sequence: '7' } })
    },
  )

  const circle: { self?: unknown } = {}
  circle.self = circle

  test.each([
    ['a bigint', { total: 1n }],
    ['a circle', circle],
    ['a function', () => {}],
  ])('data that is not JSON is not written: %s', (_, data) => {
    const refused = expect.objectContaining({
      code: 'VALIDATION',
      issues: [expect.objectContaining({ code: 'cloudevent' })],
    })
    expect(() => toBinary({ ...sent, data })).toThrow(refused)
    if (typeof data === 'object') expect(() => toStructured({ ...sent, data })).toThrow(refused)
  })

  test('oversize is refused', async () => {
    const message = toStructured(toCloudEvent(OrderPlaced({ total: 1, note: 'x'.repeat(2_000) })))
    const read = await readCloudEvent(message, { maxBytes: 1_000 })
    expect(read).toMatchObject({ ok: false, error: { code: 'JSON_TOO_LARGE' } })
  })

  test('a ce-data header does not become the data', async () => {
    const headers = { ...toBinary(toCloudEvent(event)).headers, 'ce-data': 'x', 'ce-__proto__': 'y' }
    const read = await readCloudEvent({ headers, body: '' })
    expect(read.ok && Object.hasOwn(read.value, 'data')).toBe(false)
  })
})
