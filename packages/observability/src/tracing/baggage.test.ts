import { baggageEntryMetadataFromString, propagation, ROOT_CONTEXT } from '@opentelemetry/api'
import { describe, expect, test } from 'vitest'
import { baggagePropagator, headerCarrier, parseBaggage, serializeBaggage } from './index.js'

describe('parseBaggage', () => {
  test.each([undefined, null, 7, ['a=1'], {}])('finds nothing in %j, which is no header', (header) => {
    expect(parseBaggage(header as never)).toEqual([])
  })

  test.each<[string, string, unknown]>([
    ['a member', 'a=1', [{ key: 'a', value: '1' }]],
    ['an escaped value', 'a=%C3%A9%20%25', [{ key: 'a', value: 'é %' }]],
    ['an equals sign in a value', 'a=b=c', [{ key: 'a', value: 'b=c' }]],
    [
      'spaces where they may be',
      ' a \t=\t 1 ; p = 2 ; q , b=2',
      [
        { key: 'a', value: '1', properties: [{ key: 'p', value: '2' }, { key: 'q' }] },
        { key: 'b', value: '2' },
      ],
    ],
    ['an escape that is none', 'a=%zz%4', [{ key: 'a', value: '%zz%4' }]],
    [
      'the last of a key',
      'a=1,b=2,a=3',
      [
        { key: 'a', value: '3' },
        { key: 'b', value: '2' },
      ],
    ],
    ['a byte order mark as text', 'a=%EF%BB%BFx', [{ key: 'a', value: '\ufeffx' }]],
    ['__proto__ as a key', '__proto__=1', [{ key: '__proto__', value: '1' }]],
  ])('reads %s', (_, header, members) => {
    expect(parseBaggage(header)).toEqual(members)
  })

  test.each([
    ['without a value', 'a'],
    ['without a key', '=1'],
    ['with a space in its key', 'a b=1'],
    ['with a space in its value', 'a=1 2'],
    ['with quotes', 'a="1"'],
    ['with a backslash', 'a=\\'],
    ['beyond ASCII', 'a=é'],
    ['with a bad property', 'a=1;p q'],
    ['with an empty property', 'a=1;'],
  ])('leaves out a member %s, whole, and no other', (_, member) => {
    expect(parseBaggage(`x=1,${member},y=2`)).toEqual([
      { key: 'x', value: '1' },
      { key: 'y', value: '2' },
    ])
  })

  test('keeps 64 members and 8,192 bytes, and drops whole ones beyond', () => {
    const many = Array.from({ length: 65 }, (_, index) => `k${index}=${index}`).join(',')
    expect(parseBaggage(many)).toHaveLength(64)
    const full = `a=${'x'.repeat(4_094)},b=${'y'.repeat(4_093)}`
    expect(full).toHaveLength(8_192)
    expect(parseBaggage(full).map(({ key }) => key)).toEqual(['a', 'b'])
    expect(parseBaggage(`${full}y,c=3`).map(({ key }) => key)).toEqual(['a', 'c'])
  })
})

describe('serializeBaggage', () => {
  test('writes values and properties escaped, keys as they are', () => {
    const properties = [{ key: 'p', value: 'a;b' }, { key: 'q' }]
    expect(serializeBaggage([{ key: 'k', value: 'é,"%', properties }])).toBe('k=%C3%A9%2C%22%25;p=a%3Bb;q')
    expect(serializeBaggage([{ key: 'k', value: '\ud800' }])).toBe('k=%EF%BF%BD')
  })

  test('leaves out what cannot be sent, whole', () => {
    expect(
      serializeBaggage([
        { key: 'a b', value: '1' },
        { key: '', value: '1' },
        { key: 'c', value: '' },
      ]),
    ).toBe('c=')
    const many = Array.from({ length: 65 }, (_, index) => ({ key: `k${index}`, value: '' }))
    expect(serializeBaggage(many).split(',')).toHaveLength(64)
    const big = { key: 'a', value: 'x'.repeat(8_190) }
    expect(serializeBaggage([big])).toHaveLength(8_192)
    expect(
      serializeBaggage([
        { ...big, value: `${big.value}x` },
        { key: 'b', value: '1' },
      ]),
    ).toBe('b=1')
    expect(serializeBaggage([])).toBe('')
  })
})

describe('baggagePropagator', () => {
  const through = (headers: Record<string, string | string[]>) => {
    const sent: Record<string, string> = {}
    baggagePropagator().inject(
      baggagePropagator().extract(ROOT_CONTEXT, headers, headerCarrier),
      sent,
      headerCarrier,
    )
    return sent
  }

  test('carries members and properties from one service to the next', () => {
    expect(through({ baggage: 'a=%C3%A9;p=1;q, b=2' })).toEqual({ baggage: 'a=%C3%A9;p=1;q,b=2' })
    expect(through({ Baggage: ['a=1', 'b=2'] })).toEqual({ baggage: 'a=1,b=2' })
  })

  test('leaves the context as it is where there is none', () => {
    expect(baggagePropagator().extract(ROOT_CONTEXT, { baggage: ',,x' }, headerCarrier)).toBe(ROOT_CONTEXT)
    expect(through({})).toEqual({})
    expect(baggagePropagator().fields()).toEqual(['baggage'])
  })

  test('keeps no baggage to itself because of metadata that are no properties', () => {
    const metadata = baggageEntryMetadataFromString('not valid at all')
    const baggage = propagation.createBaggage({ a: { value: '1', metadata } })
    const headers = {}
    baggagePropagator().inject(propagation.setBaggage(ROOT_CONTEXT, baggage), headers, headerCarrier)
    expect(headers).toEqual({ baggage: 'a=1' })
  })
})
