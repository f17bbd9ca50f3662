import { runInNewContext } from 'node:vm'
import { InvalidOptionError } from '@base/core/errors'
import { describe, expect, test, vi } from 'vitest'
import { DateRange, Email, Percentage, PhoneNumber, Slug, Url, Username } from './index.js'

const text = (parsed: { ok: true; value: { toString(): string } } | { ok: false }) =>
  parsed.ok ? String(parsed.value) : undefined

describe('Email', () => {
  test.each([
    ['ada@example.org', 'ada@example.org'],
    [' Ada.Lovelace+x@Example.ORG ', 'ada.lovelace+x@example.org'],
    [`${'a'.repeat(64)}@b.co`, `${'a'.repeat(64)}@b.co`],
  ])('reads %s', (raw, expected) => {
    expect(text(Email.parse(raw))).toBe(expected)
  })

  test.each([
    '',
    'ada',
    '@b.co',
    'a@b',
    'a@@b.co',
    'a b@c.de',
    'a@-b.co',
    'a@b-.co',
    'a@b..co',
    'Ada <a@b.co>',
    'é@b.co',
    // KELVIN SIGN and LONG S, which a change of case makes a k and an S.
    'mi\u212Ae@example.org',
    'ada@\u212A.org',
    'bo\u017F@example.org',
    `${'a'.repeat(65)}@b.co`,
    `a@${'b'.repeat(64)}.co`,
    `a@${'b.'.repeat(130)}co`,
    7,
    null,
  ])('refuses %j', (raw) => {
    expect(Email.parse(raw as string)).toMatchObject({ ok: false, error: { code: 'VALIDATION' } })
  })

  test('takes no time over hostile text', () => {
    expect(Email.parse(' '.repeat(10_000_000)).ok).toBe(false)
    expect(Email.parse(`${'a.'.repeat(200)}@`).ok).toBe(false)
  })

  test('knows its parts, prints and serialises as a text', () => {
    const email = Email.parse('ada@example.org')
    if (!email.ok) throw email.error
    expect([email.value.local, email.value.domain, JSON.stringify({ email: email.value })]).toEqual([
      'ada',
      'example.org',
      '{"email":"ada@example.org"}',
    ])
  })

  test('never repeats what it refuses', () => {
    expect(JSON.stringify(Email.parse('hunter2'))).not.toContain('hunter2')
  })
})

describe('Slug', () => {
  test.each([
    ['Crème brûlée, für Anfänger!', 'creme-brulee-fur-anfanger'],
    ['  Straße & Ærø  ', 'strasse-aero'],
    ['a--b__c', 'a-b-c'],
    ['2026', '2026'],
    ['Ħamrun ŧ ŋ', 'hamrun-t-ng'],
    ['Bǿrn Ǽ ẞ', 'born-ae-ss'],
    ['İstanbul™ ㎏', 'istanbul-kg'],
    ['𝐇𝐞𝐥𝐥𝐨 Ｗｏｒｌｄ', 'hello-world'],
  ])('makes one of %j', (title, expected) => {
    expect(text(Slug.fromTitle(title))).toBe(expected)
  })

  test('cuts at a word', () => {
    const slug = text(Slug.fromTitle('word '.repeat(100)))
    expect(slug?.endsWith('-word')).toBe(true)
    expect(slug?.length).toBeLessThanOrEqual(200)
    expect(text(Slug.fromTitle('a'.repeat(300)))).toBe('a'.repeat(200))
  })

  test.each(['', 'A', 'a--b', '-a', 'a-', 'a b', 'ä', 'a'.repeat(201)])('refuses %j', (raw) => {
    expect(Slug.parse(raw).ok).toBe(false)
  })

  test.each(['こんにちは', null, undefined, {}, 7])('refuses %j, of which nothing is left', (title) => {
    expect(Slug.fromTitle(title as string).ok).toBe(false)
  })
})

describe('Username', () => {
  test('keeps its case, and has a canonical form', () => {
    const name = Username.parse('Ada_L-1')
    expect(name.ok && [name.value.value, name.value.canonical]).toEqual(['Ada_L-1', 'ada_l-1'])
  })

  test.each(['ab', 'a'.repeat(51), 'a b', 'аda', 'a.b', ''])('refuses %j', (raw) => {
    expect(Username.parse(raw).ok).toBe(false)
  })
})

describe('Url', () => {
  test('normalises', () => {
    expect(text(Url.parse('HTTPS://Example.org:443/a/../b?c#d'))).toBe('https://example.org/b?c#d')
  })

  test.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'ftp://example.org',
    '/relative',
    'example.org',
    'https://ada:hunter2@example.org',
    `https://example.org/${'a'.repeat(2048)}`,
    '',
  ])('refuses %s', (raw) => {
    expect(Url.parse(raw).ok).toBe(false)
  })

  test('accepts other schemes only where told', () => {
    expect(text(Url.parse('ftp://example.org/a', { protocols: ['ftp:'] }))).toBe('ftp://example.org/a')
    expect(Url.parse('https://example.org', { protocols: ['ftp:'] }).ok).toBe(false)
  })

  test.each([[['https']], [['HTTPS:']], [['https:', '']]])('refuses %j for protocols', (protocols) => {
    expect(() => Url.parse('https://example.org', { protocols })).toThrow(
      '@base/domain Url.parse: protocols must be',
    )
  })

  test.each([
    ['a text', 'https:', 'received "https:".'],
    ['a set', new Set(['https:']), 'received '],
    ['null', null, 'received null.'],
    ['a hole', [undefined], 'received undefined.'],
  ])('refuses %s in place of a list of protocols', (_, protocols, received) => {
    const parse = () => Url.parse('https://example.org', { protocols: protocols as never })
    expect(parse).toThrow(
      `@base/domain Url.parse: protocols must be a list of schemes with their colon, such as ['https:'], ${received}`,
    )
    expect(parse).toThrow(InvalidOptionError)
  })

  test.each([
    ['null', null, 'received null.'],
    ['a text', 'https:', 'received "https:".'],
  ])('refuses %s in place of options', (_, options, received) => {
    expect(() => Url.parse('https://example.org', options as never)).toThrow(
      `@base/domain Url.parse: options must be an object, ${received}`,
    )
  })

  test('gives a URL to change without changing itself', () => {
    const url = Url.parse('https://example.org/a')
    if (!url.ok) throw url.error
    url.value.toURL().pathname = '/b'
    expect([url.value.value, url.value.origin, url.value.hostname]).toEqual([
      'https://example.org/a',
      'https://example.org',
      'example.org',
    ])
  })
})

describe('PhoneNumber', () => {
  test.each([
    ['+351 21 000-0000', '+351210000000'],
    ['+1 (212) 555.0100', '+12125550100'],
  ])('reads %s', (raw, expected) => {
    expect(text(PhoneNumber.parse(raw))).toBe(expected)
  })

  test.each([
    ['of a direction', '\u202A+351 21 000 0000\u202C'],
    ['of the right and the left', '\u200E+351\u200F 21 000 0000'],
    ['of no width', '+351\u200B21\u2060000\uFEFF0000'],
  ])('reads past marks that nobody sees: %s', async (_, raw) => {
    expect(text(PhoneNumber.parse(raw))).toBe('+351210000000')
    expect(text(await PhoneNumber.parseNational(raw, { country: 'PT' }))).toBe('+351210000000')
    const national = raw.replace('+351', '')
    expect(text(await PhoneNumber.parseNational(national, { country: 'PT' }))).toBe('+351210000000')
  })

  test('sees a trunk zero behind such a mark', () => {
    expect(PhoneNumber.parse('+44 (\u200E0)20 7946 0958').ok).toBe(false)
  })

  test.each([
    '',
    '351210000000',
    '+0123456789',
    '+123456',
    '+1234567890123456',
    '+1x2345678',
    '+'.repeat(50),
    '+44 (0)20 7946 0958',
    '+44 (020) 7946 0958',
    '+49 ( 0221) 4710 000',
    '+39 ( 0 ) 6 6981 2345',
  ])('refuses %j', (raw) => {
    expect(PhoneNumber.parse(raw).ok).toBe(false)
  })

  test.each([
    ['+44 (0)20 7946 0958', '+442079460958'],
    ['+39 (0)6 6981 2345', '+390669812345'],
    ['+39 (06) 6981 2345', '+390669812345'],
  ])('knows by a plan whether the zero of %s is dialled', async (raw, expected) => {
    expect(text(await PhoneNumber.parseNational(raw, { country: 'PT' }))).toBe(expected)
    expect(PhoneNumber.parse(raw)).toMatchObject({ error: { issues: [{ code: 'phone_number' }] } })
  })

  test('reads a national number with the country, by its numbering plan', async () => {
    expect(text(await PhoneNumber.parseNational('21 000 0000', { country: 'PT' }))).toBe('+351210000000')
    expect((await PhoneNumber.parseNational('12', { country: 'PT' })).ok).toBe(false)
    expect((await PhoneNumber.parseNational('21 000 0000', { country: 'XX' })).ok).toBe(false)
  })

  test.each([
    'call me at (213) 373-4253, not later',
    'my order 2133734253',
    '<b>2133734253</b>',
    '(213) 373-4253 ext. 12',
    '+1 213 373 4253 x12',
  ])('refuses %j, which is more than a number', async (raw) => {
    expect((await PhoneNumber.parseNational('(213) 373-4253', { country: 'US' })).ok).toBe(true)
    expect((await PhoneNumber.parseNational(raw, { country: 'US' })).ok).toBe(false)
  })

  test.each([[21_000_0000], [null], ['2'.repeat(1_000)]])('refuses the national number %s', async (raw) => {
    expect((await PhoneNumber.parseNational(raw as string, { country: 'PT' })).ok).toBe(false)
  })

  test.each([[undefined], [null], ['PT']])(
    'refuses %j in place of the options of a country',
    async (options) => {
      await expect(PhoneNumber.parseNational('21 000 0000', options as never)).rejects.toThrow(
        '@base/domain PhoneNumber.parseNational: options must be an object',
      )
    },
  )
})

describe('Percentage', () => {
  test.each([
    [19, '19%'],
    ['7.70', '7.7%'],
    [0, '0%'],
    [100, '100%'],
    ['0.0001', '0.0001%'],
    [10, '10%'],
  ])('takes %s', (raw, expected) => {
    expect(Percentage.of(raw).toString()).toBe(expected)
  })

  test.each([-1, 101, '100.0001', '0.00001', Number.NaN, 'x', 0.1 + 0.2])('refuses %s', (raw) => {
    expect(() => Percentage.of(raw)).toThrow('must be from 0 to 100, with at most 4 decimals')
  })

  test('reads its own text, has a complement and an order', () => {
    expect(text(Percentage.parse('22.5 %'))).toBe('22.5%')
    expect(Percentage.of('22.5').complement().value).toBe('77.5')
    expect([Percentage.of(3), Percentage.of(1)].sort((a, b) => a.compareTo(b)).map(String)).toEqual([
      '1%',
      '3%',
    ])
    expect(JSON.stringify(Percentage.of('22.5'))).toBe('"22.5"')
  })

  test.each([[undefined], [null], [5], [new Date(0)]])('is not compared with %j', (other) => {
    expect(() => Percentage.of(5).compareTo(other as never)).toThrow(
      '@base/domain Percentage: other must be a Percentage',
    )
  })
})

describe('DateRange', () => {
  const may = DateRange.of(new Date('2026-05-01'), new Date('2026-06-01'))

  test('contains a range of another copy of the package', async () => {
    vi.resetModules()
    const other = await import('./index.js')
    expect(other.DateRange).not.toBe(DateRange)

    const week = other.DateRange.of(new Date('2026-05-04'), new Date('2026-05-11'))
    expect([may.contains(week), week.contains(may)]).toEqual([true, false])
  })

  const june = DateRange.of(new Date('2026-06-01'), new Date('2026-07-01'))

  test('holds its start and not its end', () => {
    expect(may.contains(new Date('2026-05-01'))).toBe(true)
    expect(may.contains(new Date('2026-06-01'))).toBe(false)
    expect(may.overlaps(june)).toBe(false)
    expect(may.duration).toBe(31 * 86_400_000)
  })

  test('intersects', () => {
    const spring = DateRange.of(new Date('2026-04-15'), new Date('2026-05-15'))
    expect(String(may.intersection(spring))).toBe('2026-05-01T00:00:00.000Z/2026-05-15T00:00:00.000Z')
    expect(may.intersection(june)).toBeUndefined()
    expect(may.contains(spring)).toBe(false)
    expect(may.contains(DateRange.of(new Date('2026-05-02'), new Date('2026-06-01')))).toBe(true)
  })

  test('is empty where it ends as it starts', () => {
    const empty = DateRange.of(new Date(0), new Date(0))
    expect([empty.isEmpty, empty.contains(new Date(0)), empty.overlaps(empty)]).toEqual([true, false, false])
  })

  test('cannot be changed through its dates', () => {
    may.start.setFullYear(1)
    may.end.setFullYear(1)
    expect([may.start.getUTCFullYear(), may.end.getUTCFullYear()]).toEqual([2026, 2026])
  })

  test('reads ISO 8601 and its own text', () => {
    expect(text(DateRange.parse('2026-05-01/2026-06-01T12:00:00+02:00'))).toBe(
      '2026-05-01T00:00:00.000Z/2026-06-01T10:00:00.000Z',
    )
    expect(text(DateRange.parse('2026-05-01T00:00:00Z/2026-05-01T23:59:59.999Z'))).toBe(
      '2026-05-01T00:00:00.000Z/2026-05-01T23:59:59.999Z',
    )
    const far = DateRange.of(new Date(0), new Date(8.64e15))
    const back = DateRange.parse(JSON.parse(JSON.stringify(far)))
    expect(back.ok && back.value.equals(far)).toBe(true)
  })

  test.each([
    '',
    '2026-05-01',
    '2026-06-01/2026-05-01',
    'a/b',
    '2026-02-30/2026-03-01',
    '2026-05-01/P1D',
    '2026-05-01T24:00:00Z/2026-05-03',
    '2026-05-01/2026-05-01T24:00:00+02:00',
    '2026-05-01/2026-05-02/2026-05-03',
    7,
  ])('refuses %j', (raw) => {
    expect(DateRange.parse(raw as string).ok).toBe(false)
  })

  test('takes dates of another realm, such as a test runner has', () => {
    const range = DateRange.of(runInNewContext('new Date(1)'), runInNewContext('new Date(5)'))
    expect(range.equals(DateRange.of(new Date(1), new Date(5)))).toBe(true)
    expect(() => DateRange.of(runInNewContext('new Date(NaN)'), new Date(5))).toThrow('must be two dates')
  })

  test('refuses dates that are none, and an end before the start', () => {
    expect(() => DateRange.of(new Date(Number.NaN), new Date())).toThrow('must be two dates')
    expect(() => DateRange.of('2026-05-01' as never, new Date())).toThrow('must be two dates')
    expect(() => DateRange.of(new Date(1), new Date(0))).toThrow('end: must not lie before the start')
  })

  test.each([[undefined], [null], [5], [{ start: new Date(0), end: new Date(1) }]])(
    'has nothing in common with %j, which is no range',
    (other) => {
      const day = DateRange.of(new Date(0), new Date(86_400_000))
      for (const ask of [() => day.overlaps(other as never), () => day.intersection(other as never)])
        expect(ask).toThrow('@base/domain DateRange: other must be a DateRange')
    },
  )

  test.each([[undefined], [null], ['1970-01-01'], [5], [Percentage.of(5)]])(
    'refuses to say whether %s lies in it',
    (other) => {
      const day = DateRange.of(new Date(0), new Date(86_400_000))
      expect(() => day.contains(other as never)).toThrow(
        '@base/domain DateRange: other must be a Date or a DateRange',
      )
    },
  )
})
