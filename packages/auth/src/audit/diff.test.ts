import { runInNewContext } from 'node:vm'
import { ValidationError } from '@base/core/errors'
import { secret } from '@base/core/secret'
import { describe, expect, test } from 'vitest'
import { diff } from './index.js'

const never = (value: unknown): never => value as never

describe('diff', () => {
  test('shows what was added, removed and changed, in the order of paths', () => {
    expect(diff({ b: 1, a: 1, same: { x: [1] } }, { c: 3, b: 2, same: { x: [1] } })).toEqual([
      { path: '/a', before: 1 },
      { path: '/b', before: 1, after: 2 },
      { path: '/c', after: 3 },
    ])
  })

  test('compares lists by place, and what differs in kind as a whole', () => {
    expect(diff({ items: [1, 2, 3] }, { items: [1, 3] })).toEqual([
      { path: '/items/1', before: 2, after: 3 },
      { path: '/items/2', before: 3 },
    ])
    expect(diff({ x: [1] }, { x: { 0: 1 } })).toEqual([{ path: '/x', before: [1], after: { 0: 1 } }])
    expect(diff({ x: null }, { x: {} })).toEqual([{ path: '/x', before: null, after: {} }])
  })

  test('paths are JSON pointers', () => {
    expect(diff({ 'a/b': { '~': 1 }, '': 1 }, { 'a/b': { '~': 2 }, '': 2 })).toEqual([
      { path: '/', before: 1, after: 2 },
      { path: '/a~1b/~0', before: 1, after: 2 },
    ])
  })

  test('undefined is nothing', () => {
    expect(diff({ a: undefined }, {})).toEqual([])
    expect(diff(undefined, undefined)).toEqual([])
    expect(diff(undefined, 1)).toEqual([{ path: '', after: 1 }])
  })

  test('shows dates, bigints, maps, sets, errors, bytes and what JSON cannot carry', () => {
    const after = {
      at: new Date(0),
      big: 7n,
      bytes: new Uint8Array(3),
      error: new ValidationError({ issues: [{ path: '', message: 'no' }] }),
      fn: () => 1,
      map: new Map([['k', 1]]),
      nan: Number.NaN,
      pairs: new Map([[1, 2]]),
      set: new Set([1, 2]),
      url: new URL('https://example.com/'),
    }
    expect(diff({}, after)).toEqual([
      { path: '/at', after: '1970-01-01T00:00:00.000Z' },
      { path: '/big', after: '7' },
      { path: '/bytes', after: '[3 bytes]' },
      { path: '/error', after: { name: 'ValidationError', message: expect.any(String), code: 'VALIDATION' } },
      { path: '/fn', after: '[function]' },
      { path: '/map', after: { k: 1 } },
      { path: '/nan', after: 'NaN' },
      { path: '/pairs', after: [[1, 2]] },
      { path: '/set', after: [1, 2] },
      { path: '/url', after: 'https://example.com/' },
    ])
  })

  test('says that a secret changed, and never how', () => {
    expect(
      diff(
        { password: 'a', api_key: 'k', token: secret('x') },
        { password: 'b', api_key: 'k', token: secret('y') },
      ),
    ).toEqual([
      { path: '/password', before: '[redacted]', after: '[redacted]' },
      { path: '/token', before: '[redacted]', after: '[redacted]' },
    ])
  })

  test('a secret under any name is one, and equal secrets do not differ', () => {
    expect(diff({ x: secret('a') }, { x: secret('a') })).toEqual([])
    expect(diff({ x: secret('a') }, { x: secret('b') })).toEqual([
      { path: '/x', before: '[redacted]', after: '[redacted]' },
    ])
    expect(diff({}, { x: secret({ deep: 'a' }) })).toEqual([{ path: '/x', after: '[redacted]' }])
  })

  test('a secret that becomes plain is a change in kind', () => {
    expect(diff({ x: secret('a') }, { x: 'a' })).toEqual([{ path: '/x', before: '[redacted]', after: 'a' }])
  })

  test.each([
    'password',
    'newPassword',
    'PASSWORD_HASH',
    'pass',
    'pwd',
    'client_secret',
    'accessToken',
    'Authorization',
    'set-cookie',
    'x-api-key',
    'privateKey',
    'pin',
    'otp',
    'creditCard',
    'cvc',
    'credentials',
    'recovery codes',
    'session.id',
  ])('the value of %s is a secret', (name) => {
    expect(diff({}, { [name]: 'value' })).toEqual([{ path: `/${name}`, after: '[redacted]' }])
  })

  test.each(['pinned', 'passenger', 'credit-card-brand', 'author', 'shipping', 'description', 'key', 'hash'])(
    'the value of %s is none',
    (name) => {
      expect(diff({}, { [name]: 'value' })).toEqual([{ path: `/${name}`, after: 'value' }])
    },
  )

  test.each([
    ['https://x.test/reset?token=abc', 'https://x.test/reset?token=[redacted]'],
    ['/cb?state=s&code=a%2Fb#x', '/cb?state=s&code=[redacted]#x'],
    ['/r#access_token=a.b-c&expires=1', '/r#access_token=[redacted]&expires=1'],
    [
      '<a href="/f?sort=a&sig=x%3D%3D&user[password]=y">',
      '<a href="/f?sort=a&sig=[redacted]&user[password]=[redacted]">',
    ],
    ['/in?next=/reset?token=abc&id=7', '/in?next=/reset?token=[redacted]&id=7'],
    ['/in?next=%2Freset%3Ftoken%3Dabc%26id%3D7', '/in?next=%2Freset%3Ftoken%3D[redacted]%26id%3D7'],
    ['/in?password=a%26b%3F', '/in?password=[redacted]'],
    ["/in?password=it's-me&id=7", '/in?password=[redacted]&id=7'],
    ['password=hunter2&user=a', 'password=[redacted]&user=a'],
    ['code=7&state=x', 'code=[redacted]&state=x'],
    ['{"body":"password=a%26b&user=a"}', '{"body":"password=[redacted]&user=a"}'],
    ['sent token=abc&id=7 to x', 'sent token=[redacted]&id=7 to x'],
    ...["body: '", "{'body':'", '`', '(', 'body:'].map((start) => [
      `${start}password=it's-me&user=a`,
      `${start}password=[redacted]&user=a`,
    ]),
    ["fetch('https://x/?token=abc','POST')", "fetch('https://x/?token=[redacted]','POST')"],
    ["fetch('/?token=abc').then()", "fetch('/?token=[redacted]').then()"],
    ["{'url':'/?code=1','status':'failed'}", "{'url':'/?code=[redacted]','status':'failed'}"],
    ["{'url':'/?code=1'}", "{'url':'/?code=[redacted]'}"],
    ["password=abc')TAIL,x&user=ana", 'password=[redacted]&user=ana'],
    ["https://x/?user=a&token=it');TAIL", 'https://x/?user=a&token=[redacted]'],
    ["https://x/?user=o'brien&password=it',TAIL", "https://x/?user=o'brien&password=[redacted]"],
    ["https://x/?q=('a&password=it')TAIL", "https://x/?q=('a&password=[redacted]"],
    ["it's:password=it')TAIL&a=1", "it's:password=[redacted]&a=1"],
    ["('a','/?code=1',url=/?code=2'),x", "('a','/?code=[redacted]',url=/?code=[redacted]"],
    ["fetch('/?token=abc')&fetch('/?token=def')", "fetch('/?token=[redacted]')&fetch('/?token=[redacted]"],
    ['<a href="/f?a=b&amp;sig=x&amp;c=d">', '<a href="/f?a=b&amp;sig=[redacted]&amp;c=d">'],
    ['/in?password=%3Fa%3Db&id=7', '/in?password=[redacted]&id=7'],
    ['/in?token=&id=7', '/in?token=&id=7'],
    [`access_token=${'q7Zk'.repeat(2_000)}&token_type=x`, 'access_token=[redacted]&token_type=[redacted]'],
    ['code=7 & key=8', 'code=7 & key=8'],
    ['x?country_code=DE&keys=1&zip=7', 'x?country_code=DE&keys=1&zip=7'],
    ['code=7, key=8', 'code=7, key=8'],
  ])('parameters of URLs and forms are secrets by their names: %s', (text, after) => {
    expect(diff({}, { text })).toEqual([{ path: '/text', after }])
  })

  test.each([
    ['postgres://u:p@ss@h/db', 'postgres://[redacted]@h/db'],
    ['postgres://u@corp:p@s@s@h:5432/db?x=a@b', 'postgres://[redacted]@h:5432/db?x=a@b'],
    [
      "amqp://u:it's@h, redis://:p@h1,redis://:q@h2",
      'amqp://[redacted]@h, redis://[redacted]@h1,redis://[redacted]@h2',
    ],
    ['https://u@h:80/a@b', 'https://u@h:80/a@b'],
  ])('the password of a URL is a secret, whatever is in it: %s', (text, after) => {
    expect(diff({}, { text })).toEqual([{ path: '/text', after }])
  })

  test.each([
    ['as it is shown', 'X4QZ7M-0K2NPR-TVWXY3-5H6J8S'],
    ['in lower case', 'x4qz7m-0k2npr-tvwxy3-5h6j8s'],
    ['without dashes', 'X4QZ7M0K2NPRTVWXY35H6J8S'],
    ['with the dashes of a word processor', 'X4QZ7M\u20130K2NPR\u2013TVWXY3\u20135H6J8S'],
    ['in capitals alone', 'XAQZJM-PKRNPR-TVWXYZ-SHCJES'],
    ['in mixed case', 'X4qz7m-0k2npr-Tvwxy3-5H6j8s'],
  ])('a recovery code is a secret %s', (_, code) => {
    expect(diff({}, { text: `tried ${code}.` })).toEqual([{ path: '/text', after: 'tried [redacted].' }])
  })

  test.each([
    ['a hash', 'qL8R4QIcQ_ZsRqOAbeRfcZhilN_MksRtDaErMA-x9mY'],
    ['a file of an id', `upload_0123456789_${'0123456789abcdef'.repeat(4)}`],
    ['a long name', 'a-name-of-many-words-such-as-people-give-to-articles-on-the-internet'],
    ['words', 'ABCDEF-GHJKMN-PQRSTV'],
    ['a word of 24 letters', 'abcdefghjkmnpqrstvwxyzab'],
    ['words of six letters', 'better market search server'],
    ['words of six letters in capitals, and a number', 'POLICY HOLDER NOTICE 123456'],
    ['words of six letters with dashes', 'better-market-search-server'],
    ['words of four letters, and numbers', 'they came 90th with this card from 2024'],
    ['words with spaces', 'this is an ordinary text of 3 words'],
    ['a word and a call', 'R&D(code=DE)'],
    ['a name and a field', 'AT&T:key=5'],
    ['orders', 'merged SO1001 SO1002 SO1003 SO1004 into one'],
    ['ways', 'they took 10km then went 21km over hill'],
    ['gates', 'gates LH01 LH02 LH03 LH04 LH05 LH06'],
    ['rooms', 'moved from room 12NW then room 14SW into room 20NE'],
    ['lengths', 'cuts 10mm 20mm 30mm 40mm 50mm 60mm'],
    ['flights', 'KLM101 BAW202 DLH303 AFR404'],
    ['bookings', 'K7Q2ZP X9M3TB 4HJ8WN B2V6RC'],
    ['an ObjectId in groups', '507f 1f77 bcf8 6cd7 9943 9011'],
    ['an account in groups', 'paid with ES91 2100 0418 4502 0005 1332 from PK36 MEZN 0000 0011 2345 6702'],
    ['an account with letters', 'PK36MEZN0000001123456702'],
    ['a cuid2', 'tz4a98xxat96vws9zmbrgj3a'],
    ['an ObjectId', '507f1f77bcf86cd799439011'],
    ['a number of an account', 'ES9121000418450200051332'],
    ['a ULID', '01ARZ3NDEKTSV4RRFFQ69G5FAV'],
    ['a nanoid', 'V1StGXR8Z5jdHj6BmyTxxxxx'],
  ])('%s is no secret by its looks', (_, text) => {
    expect(diff({}, { text })).toEqual([{ path: '/text', after: text }])
  })

  test('the second of a pair is a secret by the name that comes first', () => {
    const pairs = [
      new Headers({ authorization: 'x', host: 'h' }),
      new URLSearchParams([
        ['authorization', 'x'],
        ['host', 'h'],
      ]),
      [...new Headers({ authorization: 'x', host: 'h' })],
    ]
    for (const value of pairs)
      expect(diff(undefined, value)).toEqual([
        {
          path: '',
          after: [
            ['authorization', '[redacted]'],
            ['host', 'h'],
          ],
        },
      ])
    const mixed = new Map<unknown, unknown>([
      ['authorization', 'x'],
      [1, 'y'],
    ])
    expect(diff(undefined, mixed)).toEqual([
      {
        path: '',
        after: [
          ['authorization', '[redacted]'],
          [1, 'y'],
        ],
      },
    ])
    expect(diff(undefined, [['password', 'totp'], ['x']])).toEqual([
      { path: '', after: [['password', 'totp'], ['x']] },
    ])
  })

  test('parameters that are read already are secrets by the names that they have in a URL', () => {
    const text = 'code=a&state=b&sig=c'
    const form = new FormData()
    for (const [name, value] of new URLSearchParams(text)) form.append(name, value)
    for (const value of [new URLSearchParams(text), form])
      expect(diff(undefined, value)).toEqual([
        {
          path: '',
          after: [
            ['code', '[redacted]'],
            ['state', 'b'],
            ['sig', '[redacted]'],
          ],
        },
      ])
    expect(diff(undefined, [['code', 'DE']])).toEqual([{ path: '', after: [['code', 'DE']] }])
  })

  test.each<[string, unknown, unknown, unknown[]]>([
    [
      'Headers',
      new Headers({ a: '1' }),
      new Headers({ a: '2' }),
      [{ path: '/0/1', before: '1', after: '2' }],
    ],
    [
      'URLSearchParams',
      new URLSearchParams('a=1'),
      new URLSearchParams('a=1&a=2'),
      [{ path: '/1', after: ['a', '2'] }],
    ],
    ['a pattern', /a/, /a/i, [{ path: '', before: '/a/', after: '/a/i' }]],
    [
      'private members',
      new Account(),
      new Account(),
      [{ path: '', before: '[Account]', after: '[Account]' }],
    ],
    ['private members and none', new Account(), {}, [{ path: '', before: '[Account]', after: {} }]],
    ['bytes', new Uint8Array(1), new Account(), [{ path: '', before: '[1 bytes]', after: '[Account]' }]],
  ])('shows that %s differ', (_, before, after, changes) => {
    expect(diff(before, after)).toEqual(changes)
    expect(diff(before, before)).toEqual([])
  })

  test('an empty object of another realm is a plain one', () => {
    expect(diff({}, runInNewContext('({})'))).toEqual([])
    expect(diff(Object.create(null), {})).toEqual([])
  })

  test('entries without end are too many, and those that fail are unreadable', () => {
    class Odd {
      readonly #entries: () => Iterable<unknown>
      constructor(entries: () => Iterable<unknown>) {
        this.#entries = entries
      }
      entries() {
        return this.#entries()
      }
      [Symbol.iterator]() {
        return this.#entries()
      }
    }
    const endless = new Odd(function* () {
      for (;;) yield ['a', 1]
    })
    expect(() => diff({}, endless)).toThrow('@base/auth diff: after must be of at most 10000 values')
    expect(diff(undefined, new Odd(fail))).toEqual([{ path: '', after: '[unreadable]' }])
  })

  test('more names can be given, in any spelling', () => {
    expect(diff({}, { 'bank-IBAN': 'x' }, { redact: ['i_b_a_n'] })).toEqual([
      { path: '/bank-IBAN', after: '[redacted]' },
    ])
  })

  test('bytes and long texts are compared by content, and shown by length', () => {
    expect(diff({ b: Uint8Array.of(1) }, { b: Uint8Array.of(1) })).toEqual([])
    expect(diff({ b: Uint8Array.of(1) }, { b: Uint8Array.of(2) })).toEqual([
      { path: '/b', before: '[1 bytes]', after: '[1 bytes]' },
    ])
    expect(diff({ t: 'a'.repeat(20_000) }, { t: 'b'.repeat(20_000) })).toEqual([
      { path: '/t', before: '[20000 characters]', after: '[20000 characters]' },
    ])
  })

  test('bytes differ by each of their values, at every place of a file', () => {
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte)
    for (const byte of all) {
      const others = [...all].filter((other) => diff(Uint8Array.of(byte), Uint8Array.of(other)).length > 0)
      expect(others).toHaveLength(255)
    }
    const file = new Uint8Array(1_048_576).fill(0xef)
    const changed = Uint8Array.from(file)
    changed[file.length - 1] = 0xbb
    expect(diff({ file }, { file: Buffer.from(file) })).toEqual([])
    expect(diff({ file }, { file: changed })).toEqual([
      { path: '/file', before: '[1048576 bytes]', after: '[1048576 bytes]' },
    ])
  })

  test('what cannot be read says so', () => {
    const cycle: Record<string, unknown> = {}
    cycle['self'] = cycle
    const bad = {
      cycle,
      getter: Object.defineProperty({}, 'x', { enumerable: true, get: () => fail() }),
      json: { toJSON: fail },
      revoked: revoked(),
      selfish: {
        toJSON() {
          return this
        },
      },
      date: new Date(Number.NaN),
    }
    expect(diff({}, bad)).toEqual([
      { path: '/cycle', after: { self: '[cycle]' } },
      { path: '/date', after: null },
      { path: '/getter', after: { x: '[unreadable]' } },
      { path: '/json', after: '[unreadable]' },
      { path: '/revoked', after: '[unreadable]' },
      { path: '/selfish', after: '[cycle]' },
    ])
  })

  test.each([
    ['a proxy that was revoked', revoked()],
    ['one whose keys cannot be listed', new Proxy({}, { ownKeys: fail })],
    ['one of no prototype that can be read', new Proxy({}, { getPrototypeOf: fail })],
  ])('nor does all of it throw: %s', (_, value) => {
    expect(diff(value, { a: 1 })).toEqual([{ path: '', before: '[unreadable]', after: { a: 1 } }])
  })

  test('what is nested deeper than 32 is cut, and what has more than 10,000 values refused', () => {
    let deep: unknown = 1
    for (let level = 0; level < 10_000; level++) deep = { deep }
    expect(JSON.stringify(diff({}, deep))).toContain('[deeper]')
    expect(() => diff({}, Array.from({ length: 10_000 }))).toThrow(
      '@base/auth diff: after must be of at most 10000 values',
    )
  })

  test('CVE-2026-1774: a member named __proto__ is a member, and changes no prototype', () => {
    const evil = JSON.parse('{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"x":1}}}')
    const [change] = diff(undefined, evil)
    expect(JSON.stringify(change?.after)).toBe(JSON.stringify(evil))
    expect(diff({}, evil).map(({ path }) => path)).toEqual(['/__proto__', '/constructor'])
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined()
  })

  test('texts that are made to keep a pattern busy are read at once', () => {
    const hostile = ['eyJ', 'eyJaaaaaa.', 'x://', ':', 'Bearer ', '-----BEGIN ', '$argon2id$', '$2b$']
    hostile.push('?', '=', '?a=', '%3Fa', '%3Fa%3D', `?${'a'.repeat(63)}=`, `=%3F${'a'.repeat(64)}`)
    hostile.push(':a=', "'a=", "('", "'a',", '?key=', ':key=', '%3Fkey%3D', '&amp;', 'ab12cd-', 'g 1 ')
    hostile.push('a_0123456789abcdef', 'aA', 'aA-', 'ABCDEF-', 'a')
    const texts = hostile.map((part) => `x://${part.repeat(16_000 / part.length)}`)
    // Patterns that backtrack would take minutes over these.
    for (const text of texts) expect(diff({}, { text })).toHaveLength(1)
  })

  test.each([['iban'], [['']], [['-_']], [[7]]])('refuses the names %j', (redact) => {
    expect(() => diff({}, {}, { redact: never(redact) })).toThrow('@base/auth diff: redact must be')
  })
})

class Account {
  readonly #role = 'user'
  get role(): string {
    return this.#role
  }
}

function fail(): never {
  throw new Error('no')
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
