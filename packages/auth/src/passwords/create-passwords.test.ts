import { scryptSync, timingSafeEqual } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { deferred } from '@base-internal/tools/deferred'
import bcryptPackage from 'bcrypt'
import { describe, expect, test, vi } from 'vitest'
import { CHEAP, counted } from './counted.fixture.js'
import { argon2id, bcrypt, createPasswords, nodeRsArgon2, type PasswordKdf, pbkdf2 } from './index.js'

const PASSWORD = 'correct horse battery staple'
const cheap = argon2id(CHEAP)
const passwords = createPasswords({ kdf: cheap })
const STORED = await passwords.hash(PASSWORD)
const BCRYPT = await bcryptPackage.hash(PASSWORD, 4)
/** As long as a key must be, and a text that an id may be. */
const TEXT_OF_A_KEY = 'f6XbT9wLq2ZrKd8NcV4sHy7GpJ3mEa5u'
const key = (byte: number) => new Uint8Array(32).fill(byte)
const peppered = createPasswords({ kdf: cheap, pepper: { current: 'k1', keys: { k1: key(1) } } })
/** Answers by a text, where true or false is asked for. */
const SLOPPY = { id: 'own', recognises: () => true, verify: async () => 'no' }
const PEPPERED = await peppered.hash(PASSWORD)

describe('createPasswords', () => {
  test('hashes with argon2id as OWASP and ASVS ask, where nothing else is said', async () => {
    const stored = await createPasswords().hash(PASSWORD)
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=47104,t=1,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
    expect(await createPasswords().verify(PASSWORD, stored)).toEqual({ ok: true })
  })

  test('tells the right password from others', async () => {
    expect(await passwords.verify(PASSWORD, STORED)).toEqual({ ok: true })
    for (const wrong of [`${PASSWORD} `, PASSWORD.toUpperCase(), PASSWORD.slice(0, -1), STORED])
      expect(await passwords.verify(wrong, STORED)).toEqual({ ok: false })
  })

  test('gives each password a salt of its own', async () => {
    expect(await passwords.hash(PASSWORD)).not.toBe(STORED)
  })

  test('takes a password however its characters were composed', async () => {
    const stored = await passwords.hash('Äffin ﬁnds Ｗide')
    expect(await passwords.verify('A\u0308ffin finds Wide', stored)).toEqual({ ok: true })
    expect(await passwords.verify('äffin finds wide', stored)).toEqual({ ok: false })
  })

  test.each([
    ['an empty text', ''],
    ['a lone surrogate', `${PASSWORD}\ud800`],
    ['more than 1,024 bytes', 'x'.repeat(1_025)],
    ['more than 1,024 bytes of other scripts', '密'.repeat(342)],
    ['what becomes more than 1,024 bytes', '\ufdfa'.repeat(40)],
    ['a number', 5],
    ['an object', { toString: () => PASSWORD }],
    ['a list', [PASSWORD]],
    ['nothing', undefined],
    ['null', null],
  ])('does not take %s for a password', async (_, password) => {
    const kdf = counted()
    const own = createPasswords({ kdf })
    await expect(own.hash(password as never)).rejects.toMatchObject({
      code: 'VALIDATION',
      issues: [{ path: 'password', code: expect.stringMatching(/^(required|malformed|too_long)$/) }],
    })
    expect(await own.verify(password as never, STORED)).toEqual({ ok: false })
    expect(kdf.runs).toEqual({ hash: 0, verify: 0 })
  })

  test('takes 1,024 bytes, and every one of them counts', async () => {
    const long = 'x'.repeat(1_024)
    const stored = await passwords.hash(long)
    expect(await passwords.verify(long, stored)).toEqual({ ok: true })
    expect(await passwords.verify(`${long.slice(0, -1)}y`, stored)).toEqual({ ok: false })
  })

  test('never shows a password in an error', async () => {
    const error = await passwords.hash(`${'secret'.repeat(200)}`).catch((thrown: unknown) => thrown)
    expect(`${error} ${JSON.stringify(error)} ${(error as Error).stack}`).not.toContain('secret')
  })

  test('says which option is wrong', () => {
    const wrong = (options: object) => () => createPasswords(options)
    expect(wrong({ kdf: {} })).toThrow('@base/auth createPasswords: kdf must be an object with the methods')
    expect(wrong({ kdf: { ...counted(), id: '' } })).toThrow('kdf.id must be')
    expect(wrong({ legacy: bcrypt() })).toThrow('legacy must be a list')
    expect(wrong({ legacy: [{}] })).toThrow('legacy must be an object with the methods')
    expect(wrong({ maxConcurrent: 0 })).toThrow('maxConcurrent must be an integer from 1')
    expect(wrong({ maxQueue: -1 })).toThrow('maxQueue must be an integer from 0')
  })

  test('says what is wrong with something stored that is no text', async () => {
    const row = { hash: STORED } as never
    await expect(passwords.verify(PASSWORD, row)).rejects.toMatchObject({ code: 'INVALID_OPTION' })
    await expect(passwords.verify(PASSWORD, () => row)).rejects.toMatchObject({ code: 'INVALID_OPTION' })
  })
})

describe('who cannot sign in', () => {
  test.each([
    ['a wrong password', 'wrong', STORED],
    ['the right password', PASSWORD, STORED],
    ['a user who does not exist', PASSWORD, undefined],
    ['a user without a password, or locked', PASSWORD, null],
    ['a user with an empty column', PASSWORD, ''],
    ['a row that nothing can read', PASSWORD, 'not a hash'],
    ['a row that asks for too much', PASSWORD, STORED.replace('m=7168', 'm=9999999')],
    ['a row of another system that is not configured', PASSWORD, '$2b$10$abcdefghijklmnopqrstuv'],
  ])('costs one run: %s', async (_, password, stored) => {
    const kdf = counted()
    const { ok } = await createPasswords({ kdf }).verify(password, stored)
    expect(kdf.runs).toEqual({ hash: 0, verify: 1 })
    expect(ok).toBe(password === PASSWORD && stored === STORED)
  })

  const composed = 'cafe\u0301 au lait'
  // What was typed has more than 1,024 bytes, which no function is given; normalised it has 390.
  const jamo = '\u1112\u1161\u11ab'.repeat(130)
  const rows = { STORED, PEPPERED, nobody: undefined, locked: null, unreadable: 'not a hash' }

  test.each(Object.entries(rows))(
    'costs what the password alone decides, two runs where NFKC changes it: %s',
    async (_, stored) => {
      const runs = []
      for (const keys of [undefined, { current: 'k1', keys: { k1: key(1) } }])
        for (const password of [composed.normalize('NFC'), composed, jamo]) {
          const kdf = counted()
          const own = createPasswords({ kdf, ...(keys && { pepper: keys }) })
          expect(await own.verify(password, stored).catch(({ code }) => code)).toEqual(
            stored === PEPPERED && keys === undefined ? 'UNKNOWN_PEPPER' : { ok: false },
          )
          runs.push(kdf.runs.verify)
        }
      expect(runs).toEqual([1, 2, 1, 1, 2, 1])
    },
  )

  test('costs one run of the present parameters', async () => {
    const asked: string[] = []
    const kdf: PasswordKdf = {
      ...counted(),
      verify: async (_, phc) => asked.push(phc.split('$').slice(0, 4).join('$')) < 0,
    }
    await createPasswords({ kdf }).verify(PASSWORD, undefined)
    await createPasswords({ kdf }).verify(PASSWORD, STORED)
    expect(new Set(asked)).toEqual(new Set(['$argon2id$v=19$m=7168,t=5,p=1']))
  })

  test('costs one run also with a function that gives no decoys, from the first attempt on', async () => {
    const { recognises: _, decoy: __, ...kdf } = counted()
    const own = createPasswords({ kdf })
    const runs = () => kdf.runs.hash + kdf.runs.verify
    for (const expected of [1, 2, 3]) {
      expect(await own.verify('anything', undefined)).toEqual({ ok: false })
      expect(runs()).toBe(expected)
    }
    expect(kdf.runs).toEqual({ hash: 1, verify: 2 })
  })

  test('is verified against nobody’s hash', async () => {
    const asked: string[] = []
    const { recognises: _, decoy: __, ...base } = counted()
    const kdf: PasswordKdf = { ...base, verify: async (_p, phc) => asked.push(phc) > 0 }
    const own = createPasswords({ kdf })
    await own.hash(PASSWORD)
    // Even a function that says yes to everything lets nobody in who does not exist.
    for (let attempt = 0; attempt < 2; attempt++)
      expect(await own.verify(PASSWORD, undefined)).toEqual({ ok: false })
    expect(asked).toHaveLength(1)
    expect(cheap.recognises?.(asked[0] as string)).toBe(true)
    expect(await cheap.verify(PASSWORD, asked[0] as string)).toBe(false)
  })

  test.each<[string, object]>([
    ['kdf', { kdf: { ...SLOPPY, hash: async () => 'x', needsRehash: () => false } }],
    ['legacy', { kdf: cheap, legacy: [SLOPPY] }],
  ])('is right only where a %s of your own says true, and nothing like it', async (_, options) => {
    expect(await createPasswords(options as never).verify(PASSWORD, 'a row')).toEqual({ ok: false })
  })

  test('is told of where a row cannot be read', async () => {
    const heard: unknown[] = []
    const listen = (message: unknown) => heard.push(message)
    subscribe('base:auth:passwords:unreadable', listen)
    await passwords.verify(PASSWORD, 'not a hash')
    unsubscribe('base:auth:passwords:unreadable', listen)
    expect(heard).toEqual([{ kdf: 'argon2id' }])
  })
})

describe('a look-up', () => {
  test('comes after the size and the form were checked', async () => {
    const lookUp = vi.fn(() => STORED)
    for (const password of ['x'.repeat(1_025), '', '\ud800']) await passwords.verify(password, lookUp)
    expect(lookUp).not.toHaveBeenCalled()
    expect(await passwords.verify(PASSWORD, lookUp)).toEqual({ ok: true })
    expect(await passwords.verify(PASSWORD, async () => undefined)).toEqual({ ok: false })
  })

  test('that fails fails the call', async () => {
    const away = new Error('the database is away')
    await expect(passwords.verify(PASSWORD, () => Promise.reject(away))).rejects.toBe(away)
  })
})

describe('a function whose texts are no PHC strings', () => {
  const derive = vi.fn((password: string, salt: Uint8Array) => scryptSync(password, salt, 64, { N: 16 }))
  const kdfOf = (head: string, mark: string): PasswordKdf => ({
    id: 'own',
    hash: async (password, salt) => {
      const parts = [Buffer.from(salt), derive(password, salt)]
      return [head, ...parts.map((bytes) => bytes.toString('hex'))].join(mark)
    },
    verify: async (password, text) => {
      const [first, ...parts] = text.split(mark)
      const [salt, tag] = parts.map((part) => Buffer.from(part, 'hex'))
      if (first !== head || salt === undefined || tag?.length !== 64) return false
      return timingSafeEqual(derive(password, salt), tag)
    },
    needsRehash: () => false,
  })
  const pepper = { current: 'k1', keys: { k1: key(1) } }

  test.each([
    ['scrypt', ':'],
    ['', '$'],
    ['', ':'],
    ['', '$$'],
  ])('verifies with and without a pepper: %j with %j between', async (head, mark) => {
    for (const options of [{}, { pepper }]) {
      const own = createPasswords({ kdf: kdfOf(head, mark), ...options })
      const stored = await own.hash(PASSWORD)
      expect(await own.verify(PASSWORD, stored)).toEqual({ ok: true })
      expect(await own.verify('wrong', stored)).toEqual({ ok: false })
    }
  })

  test.each([
    ['scrypt', ':'],
    ['', '$'],
  ])('does the work for who does not exist too: %j with %j between', async (head, mark) => {
    const own = createPasswords({ kdf: kdfOf(head, mark), pepper })
    const stored = await own.hash(PASSWORD)
    derive.mockClear()
    for (const row of [undefined, stored, undefined, stored]) await own.verify('wrong', row)
    expect(derive).toHaveBeenCalledTimes(4)
  })
})

describe('a function that gives no text', () => {
  test.each([undefined, null, '', 5, {}])('%j is not given on to be stored', async (nothing) => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const kdf = {
      id: 'own',
      hash: async () => nothing as string,
      verify: async () => true,
      needsRehash: () => true,
    }
    for (const options of [{ kdf }, { kdf, pepper: { current: 'k1', keys: { k1: key(1) } } }]) {
      const own = createPasswords(options)
      await expect(own.hash(PASSWORD)).rejects.toThrow('kdf.hash() must be a text that is not empty')
      expect(await own.verify(PASSWORD, 'stored')).toEqual({ ok: true })
    }
    expect(warned).toHaveBeenCalledTimes(2)
    warned.mockRestore()
  })
})

describe('a hash of former parameters', () => {
  const strong = createPasswords({ kdf: argon2id({ memory: 9_216, passes: 4 }) })

  test('is replaced after the right password', async () => {
    const { ok, upgradedHash } = await strong.verify(PASSWORD, STORED)
    expect([ok, upgradedHash]).toEqual([true, expect.stringContaining('$m=9216,t=4,p=1$')])
    expect(await strong.verify(PASSWORD, upgradedHash)).toEqual({ ok: true })
  })

  test('stays after a wrong one', async () => {
    const replace = vi.fn()
    expect(await strong.verify('wrong', STORED, { replace })).toEqual({ ok: false })
    expect(replace).not.toHaveBeenCalled()
  })

  test('is swapped only where the row still holds it', async () => {
    const row = { hash: STORED }
    const replace = async (expected: string, next: string) => {
      if (row.hash === expected) row.hash = next
    }
    const first = await strong.verify(PASSWORD, row.hash, { replace })
    expect(row.hash).toBe(first.upgradedHash)

    const changed = await strong.hash('a new password, set meanwhile')
    await strong.verify(PASSWORD, STORED, {
      replace: (expected, next) => {
        row.hash = changed
        return replace(expected, next)
      },
    })
    expect(row.hash).toBe(changed)
  })

  test('is told of none that is as it should be', async () => {
    const replace = vi.fn()
    expect(await passwords.verify(PASSWORD, STORED, { replace })).toEqual({ ok: true })
    expect(replace).not.toHaveBeenCalled()
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('read-only replica')
      },
    ],
    ['rejects', () => Promise.reject(new Error('read-only replica'))],
  ])('lets the user in where replacing it %s', async (_, replace) => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    expect(await strong.verify(PASSWORD, STORED, { replace })).toMatchObject({ ok: true })
    expect(warned).toHaveBeenCalledOnce()
    warned.mockRestore()
  })

  test('lets the user in where no better hash can be made', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const base = argon2id({ memory: 9_216, passes: 4 })
    const kdf: PasswordKdf = {
      id: 'argon2id',
      hash: () => Promise.reject(new Error('no memory')),
      verify: (password, phc) => base.verify(password, phc),
      needsRehash: (phc) => base.needsRehash(phc),
    }
    expect(await createPasswords({ kdf }).verify(PASSWORD, STORED)).toEqual({ ok: true })
    expect(warned).toHaveBeenCalledOnce()
    warned.mockRestore()
  })

  test('is the same for the engines of others', async () => {
    expect(await createPasswords({ kdf: nodeRsArgon2(CHEAP) }).verify(PASSWORD, STORED)).toEqual({ ok: true })
  })
})

describe('hashes of other systems', () => {
  const PBKDF2 = 'pbkdf2_sha256$1000$c29tZXNhbHQ$'
  const own = createPasswords({ kdf: counted(cheap), legacy: [bcrypt(), pbkdf2()] })

  test('are verified, and replaced', async () => {
    const { ok, upgradedHash } = await own.verify(PASSWORD, BCRYPT)
    expect([ok, upgradedHash]).toEqual([true, expect.stringMatching(/^\$argon2id\$/)])
    expect(await own.verify(PASSWORD, upgradedHash)).toEqual({ ok: true })
    expect(await own.verify('wrong', BCRYPT)).toEqual({ ok: false })
  })

  test('cost one run of their own function', async () => {
    const kdf = counted()
    const legacy = { id: 'x', recognises: () => true, verify: vi.fn(async () => false) }
    await createPasswords({ kdf, legacy: [legacy] }).verify(PASSWORD, BCRYPT)
    expect([legacy.verify.mock.calls, kdf.runs]).toEqual([[[PASSWORD, BCRYPT]], { hash: 0, verify: 0 }])
  })

  test('get the password as it was typed', async () => {
    const verify = vi.fn(async () => true)
    const legacy = [{ id: 'x', recognises: () => true, verify }]
    await createPasswords({ kdf: cheap, legacy }).verify('ﬁ', 'x')
    expect(verify).toHaveBeenCalledWith('ﬁ', 'x')
  })

  test.each([
    'cafe\u0301 au lait d\u2019hiver',
    'my \u00bd secret\u2026 long',
    '\u00b4quoted\u00b4 password',
  ])('of argon2 are verified and replaced where they were made of what was typed: %s', async (typed) => {
    const stored = await cheap.hash(typed, new Uint8Array(16))
    for (const own of [passwords, peppered]) {
      const { ok, upgradedHash } = await own.verify(typed, stored)
      expect([ok, upgradedHash]).toEqual([true, expect.stringContaining('$argon2id$')])
      expect(await own.verify(typed, upgradedHash)).toEqual({ ok: true })
      expect(await own.verify(typed.normalize('NFKC'), upgradedHash)).toEqual({ ok: true })
      expect(await own.verify(`${typed} `, stored)).toEqual({ ok: false })
    }
  })

  test('that are cut short are unreadable', async () => {
    const kdf = counted()
    expect(await createPasswords({ kdf, legacy: [pbkdf2()] }).verify(PASSWORD, PBKDF2)).toEqual({ ok: false })
    expect(kdf.runs.verify).toBe(1)
  })
})

describe('a pepper', () => {
  const second = createPasswords({ kdf: cheap, pepper: { current: 'k2', keys: { k1: key(1), k2: key(2) } } })

  test('is named in front of the hash, with the normalisation', () => {
    expect(PEPPERED).toMatch(/^\$pepper\$k=k1,n=nfkc\$argon2id\$v=19\$m=7168,t=5,p=1\$/)
  })

  test('is needed to verify', async () => {
    expect(await peppered.verify(PASSWORD, PEPPERED)).toEqual({ ok: true })
    expect(await peppered.verify('wrong', PEPPERED)).toEqual({ ok: false })
    const bare = PEPPERED.slice(PEPPERED.indexOf('$argon2id'))
    expect(await passwords.verify(PASSWORD, bare)).toEqual({ ok: false })
    const other = createPasswords({ kdf: cheap, pepper: { current: 'k1', keys: { k1: key(9) } } })
    expect(await other.verify(PASSWORD, PEPPERED)).toEqual({ ok: false })
  })

  test('is replaced as users sign in', async () => {
    const { ok, upgradedHash } = await second.verify(PASSWORD, PEPPERED)
    expect([ok, upgradedHash]).toEqual([true, expect.stringContaining('$k=k2,')])
    expect(await second.verify(PASSWORD, upgradedHash)).toEqual({ ok: true })
  })

  test('is added to hashes that have none as users sign in', async () => {
    const { ok, upgradedHash } = await peppered.verify(PASSWORD, STORED)
    expect([ok, upgradedHash]).toEqual([true, expect.stringContaining('$k=k1,')])
  })

  test.each([
    ['is not known any more', second, '$pepper$k=k9,n=nfkc'],
    ['is a name of every object', second, '$pepper$k=__proto__,n=nfkc'],
    ['is not configured at all', passwords, '$pepper$k=k1,n=nfkc'],
  ])('that %s is an error, after the same work', async (_, own, prefix) => {
    const text = prefix + PEPPERED.slice(PEPPERED.indexOf('$argon2id'))
    await expect(own.verify(PASSWORD, text)).rejects.toMatchObject({
      code: 'UNKNOWN_PEPPER',
      kind: 'internal',
    })
  })

  test('that is not known costs one run', async () => {
    const kdf = counted()
    await expect(createPasswords({ kdf }).verify(PASSWORD, PEPPERED)).rejects.toMatchObject({
      message:
        "A stored password needs the pepper key 'k1', which is not configured: give a new key to all instances before it is current.",
      details: { keyId: 'k1' },
    })
    expect(kdf.runs).toEqual({ hash: 0, verify: 1 })
  })

  test('does not change what a user who does not exist costs', async () => {
    const kdf = counted()
    const own = createPasswords({ kdf, pepper: { current: 'k1', keys: { k1: key(1) } } })
    await own.verify(PASSWORD, undefined)
    await own.verify('wrong', PEPPERED)
    expect(kdf.runs).toEqual({ hash: 0, verify: 2 })
  })

  test('has keys of its own', async () => {
    const mine = key(1)
    const own = createPasswords({ kdf: cheap, pepper: { current: 'k1', keys: { k1: mine } } })
    mine.fill(0)
    expect(await own.verify(PASSWORD, PEPPERED)).toEqual({ ok: true })
  })

  test.each([
    ['pepper.current', { current: 'k2', keys: { k1: key(1) } }],
    ['pepper.current', { current: '__proto__', keys: { k1: key(1) } }],
    ['pepper.keys.k1', { current: 'k1', keys: { k1: key(1).subarray(1) } }],
    ['pepper.keys.k1', { current: 'k1', keys: { k1: 'x'.repeat(32) } }],
    ['pepper.keys', { current: 'k 1', keys: { 'k 1': key(1) } }],
    ['pepper.current', { current: 'k1' }],
    ['pepper.current', null],
  ])('refuses a wrong %s', (option, pepper) => {
    expect(() => createPasswords({ pepper: pepper as never })).toThrow(`createPasswords: ${option} must be`)
  })

  test.each<[string, object]>([
    ['of the current one', { current: TEXT_OF_A_KEY, keys: { k1: key(1) } }],
    ['of any', { current: 'k1', keys: { [TEXT_OF_A_KEY]: 'k1' } }],
    ['of any, where it can be none', { current: 'k1', keys: { [`${TEXT_OF_A_KEY}=`]: 'k1' } }],
  ])('does not tell a key that was given in the place of an id: %s', (_, pepper) => {
    expect(() => createPasswords({ pepper: pepper as never })).toThrow('createPasswords: pepper.')
    expect(() => createPasswords({ pepper: pepper as never })).not.toThrow(TEXT_OF_A_KEY)
  })
})

describe('many at once', () => {
  test('run so many at a time, and all are answered', async () => {
    const kdf = counted()
    const own = createPasswords({ kdf, maxConcurrent: 2 })
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => own.verify(index % 2 ? PASSWORD : 'wrong', STORED)),
    )
    expect(answers.map(({ ok }) => ok)).toEqual(answers.map((_, index) => index % 2 === 1))
    expect(kdf.load).toEqual({ now: 0, most: 2 })
  })

  test('are refused beyond those that may wait', async () => {
    const own = createPasswords({ kdf: cheap, maxConcurrent: 1, maxQueue: 1 })
    const calls = await Promise.allSettled([1, 2, 3].map(() => own.verify(PASSWORD, STORED)))
    expect(calls.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
    expect(calls[2]).toMatchObject({ reason: { code: 'UNAVAILABLE', kind: 'unavailable' } })
  })

  test('leave the line when they are aborted, and run nothing', async () => {
    const kdf = counted()
    const own = createPasswords({ kdf, maxConcurrent: 1 })
    const controller = new AbortController()
    const running = own.verify(PASSWORD, STORED)
    const waiting = own.verify(PASSWORD, STORED, { signal: controller.signal })
    const behind = own.verify(PASSWORD, STORED)
    const reason = new Error('the caller has gone')
    controller.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    expect([await running, await behind]).toEqual([{ ok: true }, { ok: true }])
    expect(kdf.runs.verify).toBe(2)
  })

  test('do not begin when they are aborted before', async () => {
    const kdf = counted()
    const signal = AbortSignal.abort(new Error('gone'))
    const lookUp = vi.fn(() => STORED)
    const own = createPasswords({ kdf })
    await expect(own.verify(PASSWORD, lookUp, { signal })).rejects.toBe(signal.reason)
    await expect(own.hash(PASSWORD, { signal })).rejects.toBe(signal.reason)
    expect([kdf.runs, lookUp.mock.calls.length]).toEqual([{ hash: 0, verify: 0 }, 0])
  })
})

describe('a call that is aborted', () => {
  const reason = new Error('the caller has gone')
  const strong = createPasswords({ kdf: argon2id({ memory: 9_216, passes: 4 }) })

  test('ends while the look-up hangs, and runs nothing', async () => {
    const kdf = counted()
    const controller = new AbortController()
    const { signal } = controller
    const verifying = createPasswords({ kdf }).verify(PASSWORD, () => new Promise(() => {}), { signal })
    controller.abort(reason)
    await expect(verifying).rejects.toBe(reason)
    expect(kdf.runs).toEqual({ hash: 0, verify: 0 })
  })

  test('ends while `replace` hangs, whose later failure is told of', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const late = deferred()
    const controller = new AbortController()
    const replace = () => {
      controller.abort(reason)
      return late.promise
    }
    const verifying = strong.verify(PASSWORD, STORED, { signal: controller.signal, replace })
    await expect(verifying).rejects.toBe(reason)
    expect(warned).not.toHaveBeenCalled()
    late.reject(new Error('deadlock'))
    await vi.waitFor(() => expect(warned).toHaveBeenCalledOnce())
    warned.mockRestore()
  })
})
