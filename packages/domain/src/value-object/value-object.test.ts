import { runInNewContext } from 'node:vm'
import { type CodecType, createCodec } from '@base/core/codec'
import { unwrap } from '@base/core/result'
import { describe, expect, expectTypeOf, test } from 'vitest'
import {
  DateRange,
  Email,
  Money,
  Percentage,
  PhoneNumber,
  Slug,
  Url,
  Username,
  ValueObject,
  valueObjectType,
} from './index.js'

class Address extends ValueObject<{ street: string; city: string; tags?: string[] }> {
  get city(): string {
    return this.props.city
  }
}

class Visit extends ValueObject<{ at: Date; seats: Map<string, bigint>; tags: Set<string>; price: Money }> {}

const visit = () =>
  new Visit({
    at: new Date('2026-05-01T10:00:00Z'),
    seats: new Map([['a', 2n ** 60n]]),
    tags: new Set(['x', 'y']),
    price: Money.of(5n, 'EUR'),
  })

describe('ValueObject', () => {
  test('equals another of its class with the same contents, and nothing else', () => {
    const home = new Address({ street: 'Rua Augusta 1', city: 'Lisbon', tags: ['a'] })
    class Other extends ValueObject<{ street: string; city: string; tags: string[] }> {}

    expect(home.equals(home)).toBe(true)
    expect(home.equals(new Address({ city: 'Lisbon', tags: ['a'], street: 'Rua Augusta 1' }))).toBe(true)
    expect(home.equals(new Address({ city: 'Lisbon', tags: ['b'], street: 'Rua Augusta 1' }))).toBe(false)
    expect(home.equals(new Address({ city: 'Lisbon', street: 'Rua Augusta 1' }))).toBe(false)
    expect(home.equals(new Other({ street: 'Rua Augusta 1', city: 'Lisbon', tags: ['a'] }))).toBe(false)
    for (const other of [null, undefined, 'Lisbon', { props: home.props }])
      expect(home.equals(other)).toBe(false)
  })

  test('compares dates, maps, sets, bigints and value objects within', () => {
    expect(visit().equals(visit())).toBe(true)
    expect(visit().equals(new Visit({ ...visit().props, at: new Date(0) }))).toBe(false)
    expect(visit().equals(new Visit({ ...visit().props, seats: new Map([['a', 2n]]) }))).toBe(false)
    expect(visit().equals(new Visit({ ...visit().props, tags: new Set(['y', 'x']) }))).toBe(true)
    expect(visit().equals(new Visit({ ...visit().props, price: Money.of(5n, 'USD') }))).toBe(false)
  })

  test('compares URLs by their text', () => {
    class Link extends ValueObject<{ to: URL }> {}
    const link = (to: string) => new Link({ to: new URL(to) })
    expect(link('https://a.example').equals(link('https://a.example/'))).toBe(true)
    expect(link('https://a.example').equals(link('https://b.example'))).toBe(false)
  })

  test('keeps its own copy of what it is given', () => {
    const tags = ['a']
    const at = new Date(0)
    const home = new Address({ street: '', city: '', tags })
    const seen = new Visit({ ...visit().props, at })
    tags.push('b')
    at.setTime(7)

    expect(home.props.tags).toEqual(['a'])
    expect(seen.props.at.getTime()).toBe(0)
  })

  test('goes through a codec as its own class, never as the one that it extends', () => {
    class House extends ValueObject<{ street: string }> {}
    class Office extends House {}
    const office = new Office({ street: 'a' })
    const both = createCodec({ types: [valueObjectType('house', House), valueObjectType('office', Office)] })

    expect(office.equals(both.decode(both.encode(office)))).toBe(true)
    expect(() => createCodec({ types: [valueObjectType('house', House)] }).encode(office)).toThrow(
      'an instance of Office that is not registered',
    )
  })

  test('keeps a copy of a Buffer that is one, without the memory that it shares', () => {
    class Digest extends ValueObject<{ bytes: Uint8Array | Date }> {}
    const digest = new Digest({ bytes: Buffer.from('hunter2') })
    const codec = createCodec({ types: [valueObjectType('digest', Digest)] })
    const decoded = codec.decode(codec.encode(digest)) as Digest

    expect(String(digest.props.bytes)).toBe('hunter2')
    expect(digest.props.bytes).toMatchObject({ buffer: { byteLength: 7 } })
    expect([digest.equals(decoded), decoded.equals(digest)]).toEqual([true, true])
    expect(digest.equals(new Digest({ bytes: Buffer.from('hunter3') }))).toBe(false)
    expect(digest.equals(new Digest({ bytes: new Date(0) }))).toBe(false)
  })

  test('cannot be changed, at any depth', () => {
    const home = new Address({ street: '', city: '', tags: ['a'] })
    const { props } = visit()

    expect(() => Object.assign(home, { props: {} })).toThrow(TypeError)
    expect(() => Object.assign(home.props, { city: 'x' })).toThrow(TypeError)
    expect(() => home.props.tags?.push('b')).toThrow(TypeError)
    expect(() => props.at.setFullYear(1)).toThrow('Cannot change a value object; make a new one.')
    expect(() => props.seats.set('b', 1n)).toThrow('Cannot change a value object')
    expect(() => props.tags.clear()).toThrow('Cannot change a value object')
  })

  test('writes its contents as JSON', () => {
    const home = new Address({ street: 'Rua Augusta 1', city: 'Lisbon' })
    const json = JSON.parse(JSON.stringify(home))

    expect(json).toEqual({ street: 'Rua Augusta 1', city: 'Lisbon' })
    expect(new Address(json).equals(home)).toBe(true)
    expect(JSON.parse(JSON.stringify(visit()))).toEqual({
      at: '2026-05-01T10:00:00.000Z',
      seats: [['a', '1152921504606846976']],
      tags: ['x', 'y'],
      price: { minor: '5', currency: 'EUR' },
    })
  })

  test('travels through a codec with all its types', () => {
    class Stay extends ValueObject<{ from: Date; nights: bigint; home: Address }> {}
    const codec = createCodec({ types: [valueObjectType('address', Address), valueObjectType('stay', Stay)] })
    const stay = new Stay({
      from: new Date(0),
      nights: 3n,
      home: new Address({ street: '', city: 'Lisbon' }),
    })

    const back = codec.decode(codec.encode({ stay })) as { stay: Stay }

    expect(stay.equals(back.stay)).toBe(true)
    expect(back.stay.props.home.city).toBe('Lisbon')
  })

  test('whose constructor is private goes through a codec by its JSON, and what is wrong is refused', () => {
    const types = [
      valueObjectType('money', Money, Money.fromJSON),
      valueObjectType('email', Email, Email.parse),
      valueObjectType('percentage', Percentage, Percentage.parse),
      valueObjectType('range', DateRange, DateRange.parse),
      valueObjectType('slug', Slug, Slug.parse),
      valueObjectType('name', Username, Username.parse),
      valueObjectType('url', Url, (text: string) => Url.parse(text, { protocols: ['ftp:'] })),
      valueObjectType('phone', PhoneNumber, PhoneNumber.parse),
    ]
    expectTypeOf(valueObjectType('money', Money, Money.fromJSON)).toEqualTypeOf<CodecType<Money>>()
    const codec = createCodec({ types })
    const all = [
      Money.of(2n ** 70n, 'JPY'),
      unwrap(Email.parse('ada@example.org')),
      Percentage.of('22.5'),
      DateRange.of(new Date(0), new Date(1)),
      unwrap(Slug.parse('a-b')),
      unwrap(Username.parse('Ada_L')),
      unwrap(Url.parse('ftp://example.org/a', { protocols: ['ftp:'] })),
      unwrap(PhoneNumber.parse('+351210000000')),
    ]
    const back = codec.decode(codec.encode(all)) as typeof all

    expect(back.map((one, index) => one.equals(all[index]))).toEqual(all.map(() => true))
    const wrong = codec.encode(all).replace('ada@example.org', 'ada')
    expect(() => codec.decode(wrong)).toThrow('must be an e-mail address')
  })

  test('keeps a key named __proto__ or constructor a key', () => {
    class Bag extends ValueObject<Record<string, unknown>> {}
    const bag = new Bag(JSON.parse('{"__proto__":{"polluted":true},"constructor":[1]}'))

    expect(JSON.stringify(bag.props)).toBe('{"__proto__":{"polluted":true},"constructor":[1]}')
    expect(Object.getPrototypeOf(bag.props)).toBe(Object.prototype)
    expect(Object.isFrozen(bag.props)).toBe(true)
    expect(bag.equals(new Bag({}))).toBe(false)
  })

  test('refuses contents that are no object, and says so', () => {
    expect(() => new Address('Lisbon' as never)).toThrow(
      '@base/domain Address: props must be an object, received "Lisbon".',
    )
    expect(() => new Address(null as never)).toThrow('received null')
  })

  test('is fine with cycles', () => {
    class Node extends ValueObject<{ self?: unknown; n: number }> {}
    const make = (n: number) => {
      const props: { self?: unknown; n: number } = { n }
      props.self = props
      return new Node(props)
    }

    expect(make(1).equals(make(1))).toBe(true)
    expect(make(1).equals(make(2))).toBe(false)
  })

  describe('compared in a ring', () => {
    class Ring extends ValueObject<Link> {}
    interface Link {
      n: unknown
      next?: Link
    }
    const ring = (...items: unknown[]) => {
      const links: Link[] = items.map((n) => ({ n }))
      links.forEach((link, index) => {
        link.next = links[(index + 1) % links.length] as Link
      })
      return new Ring(links[0] as Link)
    }

    test('is compared to its end with a ring of another length', () => {
      expect(ring(1).equals(ring(1, 1))).toBe(true)
      expect(ring(1, 1).equals(ring(1))).toBe(true)
      expect(ring(1, 2).equals(ring(1, 2, 1, 2, 1, 2))).toBe(true)
      expect(ring(1, 1).equals(ring(1, 1, 2))).toBe(false)
      expect(ring(1, 2).equals(ring(1, 2, 1))).toBe(false)
    })

    test('needs no more steps than the rings have links', () => {
      const ones = (count: number) => ring(...Array(count).fill(1))
      expect(ones(210).equals(ones(211))).toBe(true)
    })

    test('goes through sets and maps, whose other members it does not confuse', () => {
      const tagged = (...tags: string[]) => new Set(tags.map((tag) => ({ tag })))
      expect(ring(tagged('a', 'b')).equals(ring(tagged('b', 'a'), tagged('a', 'b')))).toBe(true)
      expect(ring(tagged('a', 'b')).equals(ring(tagged('b', 'a'), tagged('a', 'c')))).toBe(false)
      const counted = (...tags: string[]) => new Map(tags.map((tag) => [{ tag }, tag]))
      expect(ring(counted('a', 'b')).equals(ring(counted('b', 'a'), counted('a', 'b')))).toBe(true)
      expect(ring(counted('a', 'b')).equals(ring(counted('b', 'a'), counted('a', 'a')))).toBe(false)
    })
  })

  test('finds that no member fits without taking what it tried for true', () => {
    class Bag extends ValueObject<{ items: unknown }> {}
    const inner = (end: number) => ({ deep: { end } })
    const pair = (one: unknown, other: unknown) => [one, other]
    // The first try takes the two insides for equal before it finds that the ends differ.
    const left = new Set([pair(inner(1), 1), pair(inner(2), 2)])
    expect(
      new Bag({ items: left }).equals(new Bag({ items: new Set([pair(inner(2), 2), pair(inner(1), 1)]) })),
    ).toBe(true)
    const [a, b, x, y] = [{ n: 1 }, { n: 2 }, { n: 2 }, { n: 1 }]
    expect(
      new Bag({ items: [new Set([[a], [b]]), a] }).equals(new Bag({ items: [new Set([[x], [y]]), x] })),
    ).toBe(false)
  })

  test('asks each instance within by itself: what is near enough to one is not near enough to all', () => {
    class Near {
      readonly at: number
      constructor(at: number) {
        this.at = at
      }
      equals(other: unknown): boolean {
        return other instanceof Near && Math.abs(this.at - other.at) <= 1
      }
    }
    class Path extends ValueObject<{ points: Near[] }> {}
    const [a, b, c, d] = [new Near(0), new Near(1), new Near(2), new Near(3)]
    expect(new Path({ points: [a, c, c] }).equals(new Path({ points: [b, b, d] }))).toBe(true)
    expect(new Path({ points: [a, c, c, a] }).equals(new Path({ points: [b, b, d, d] }))).toBe(false)
  })

  test('compares large sets and maps of primitives in any order', () => {
    class Bag extends ValueObject<{ ids: Set<unknown>; names: Map<unknown, unknown> }> {}
    const ids = Array.from({ length: 20_000 }, (_, index) => index)
    const bag = (order: readonly number[]) =>
      new Bag({ ids: new Set(order), names: new Map(order.map((id) => [`${id}`, { id }])) })
    expect(bag(ids).equals(bag(ids.toReversed()))).toBe(true)
    expect(bag(ids).equals(bag([...ids.slice(1), -1]))).toBe(false)
  })

  test('compares large sets and maps of objects in any order', () => {
    class Bag extends ValueObject<{ items: Set<unknown>; names: Map<unknown, unknown> }> {}
    const ids = Array.from({ length: 10_000 }, (_, index) => index)
    const bag = (order: readonly number[]) =>
      new Bag({
        items: new Set(order.map((id) => ({ id, name: `n${id}` }))),
        names: new Map(order.map((id) => [Money.of(BigInt(id), 'EUR'), id])),
      })
    expect(bag(ids).equals(bag(ids.toReversed()))).toBe(true)
    expect(bag(ids).equals(bag([...ids.slice(1), -1]))).toBe(false)
  })

  test('copies, freezes and compares what comes from another realm as its own', () => {
    class Foreign extends ValueObject<{ at: Date; seats: Map<string, object>; tags: Set<string> }> {}
    const source = () =>
      runInNewContext(
        '({ at: new Date(0), seats: new Map([["a", { n: 1 }]]), tags: new Set(["x"]), list: [{ n: 1 }] })',
      )
    const [given, own] = [source(), new Foreign(source())]
    const copy = new Foreign(given)

    expect(copy.props).not.toBe(given)
    expect([copy.props, copy.props.seats.get('a')].every(Object.isFrozen)).toBe(true)
    expect(() => copy.props.at.setTime(1)).toThrow(TypeError)
    expect(() => copy.props.tags.add('y')).toThrow(TypeError)
    expect(copy.equals(own)).toBe(true)
    given.seats.set('b', {})
    expect(copy.equals(new Foreign(given))).toBe(false)
  })

  test('tells members that are primitives from those that are not', () => {
    class Bag extends ValueObject<{ items: unknown }> {}
    const same = (a: unknown, b: unknown) => new Bag({ items: a }).equals(new Bag({ items: b }))
    expect(same(new Set([Number.NaN, { n: 1 }, -0]), new Set([0, { n: 1 }, Number.NaN]))).toBe(true)
    expect(same(new Set([1, { n: 1 }]), new Set([{ n: 1 }, { n: 1 }]))).toBe(false)
    expect(same(new Set([{ n: 1 }, { n: 1 }]), new Set([1, { n: 1 }]))).toBe(false)
    expect(same(new Map([['a', undefined]]), new Map([['b', undefined]]))).toBe(false)
    expect(same(new Map([['a', 1]]), new Map([['a', 2]]))).toBe(false)
  })

  test('is of its class: a text that looks like it is not', () => {
    const parsed = Email.parse('ada@example.org')
    expect(parsed.ok && parsed.value.equals('ada@example.org')).toBe(false)
  })
})
