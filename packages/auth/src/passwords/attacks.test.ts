import bcryptPackage from 'bcrypt'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { CHEAP, counted } from './counted.fixture.js'
import {
  argon2id,
  bcrypt,
  createPasswordPolicy,
  createPasswords,
  nodeRsArgon2,
  type PasswordKdf,
  strength,
} from './index.js'

const PASSWORD = 'correct horse battery staple'
const cheap = argon2id(CHEAP)
const STORED = await createPasswords({ kdf: cheap }).hash(PASSWORD)

afterEach(() => {
  vi.doUnmock('argon2')
})

describe('CVE-2025-22228: bcrypt takes every password with the same first 72 bytes', () => {
  const right = 'x'.repeat(72)

  test('another tail from the 73rd byte on is another password, whatever bcrypt says', async () => {
    const stored = await bcryptPackage.hash(`${right}right`, 4)
    expect(await bcryptPackage.compare(`${right}wrong`, stored)).toBe(true)
    const passwords = createPasswords({ kdf: cheap, legacy: [bcrypt()] })
    expect(await passwords.verify(`${right}wrong`, stored)).toEqual({ ok: false })
  })

  test('hashes of ours depend on every byte', async () => {
    const passwords = createPasswords({ kdf: cheap })
    const stored = await passwords.hash(`${right}right`)
    expect(await passwords.verify(`${right}wrong`, stored)).toEqual({ ok: false })
    expect(await passwords.verify(`${right}right`, stored)).toEqual({ ok: true })
  })
})

describe('CVE-2025-22234: a limit of length that only users who exist meet', () => {
  test('10,000 bytes cost nothing, and are refused before any look-up, whoever they are for', async () => {
    const kdf = counted()
    const passwords = createPasswords({ kdf })
    const lookUp = vi.fn(() => STORED)
    for (const stored of [STORED, undefined, null, lookUp])
      expect(await passwords.verify('x'.repeat(10_000), stored)).toEqual({ ok: false })
    expect([kdf.runs, lookUp.mock.calls]).toEqual([{ hash: 0, verify: 0 }, []])
  })

  test('1,024 bytes cost one run, whoever they are for', async () => {
    const kdf = counted()
    const passwords = createPasswords({ kdf })
    for (const stored of [STORED, undefined, null]) await passwords.verify('x'.repeat(1_024), stored)
    expect(kdf.runs).toEqual({ hash: 0, verify: 3 })
  })
})

describe('better-auth#8068, logto#8773, GHSA-jq8w-8q2f-ffm9: who exists shows in the work', () => {
  test('a wrong password, no such user, no password, a locked account and an unreadable row are the same', async () => {
    const outcomes = []
    for (const stored of [STORED, undefined, null, '', 'unreadable']) {
      const kdf = counted()
      const answer = await createPasswords({ kdf }).verify('wrong', stored)
      outcomes.push({ ...kdf.runs, ...answer })
    }
    expect(outcomes).toEqual(outcomes.map(() => ({ hash: 0, verify: 1, ok: false })))
  })
})

describe('authelia#949: who has an old hash shows in the work', () => {
  test('after the next sign-in it is as everybody’s', async () => {
    const kdf = counted(argon2id({ memory: 9_216, passes: 4 }))
    const passwords = createPasswords({ kdf })
    const { upgradedHash } = await passwords.verify(PASSWORD, STORED)
    kdf.runs.hash = kdf.runs.verify = 0
    expect(await passwords.verify(PASSWORD, upgradedHash)).toEqual({ ok: true })
    expect(kdf.runs).toEqual({ hash: 0, verify: 1 })
  })
})

describe('node-argon2 verifies whatever a row asks for', () => {
  test.each(['m=4194304,t=1,p=1', 'm=65536,t=4294967295,p=1', 'm=65536,t=1,p=16777215', 'm=0,t=0,p=0'])(
    'a row with %s runs nothing of that',
    async (cost) => {
      const asked: string[] = []
      const kdf: PasswordKdf = { ...counted(), verify: async (_, phc) => asked.push(phc) < 0 }
      const poisoned = STORED.replace('m=7168,t=5,p=1', cost)
      expect(await createPasswords({ kdf }).verify(PASSWORD, poisoned)).toEqual({ ok: false })
      expect(asked.map((phc) => phc.split('$')[3])).toEqual(['m=7168,t=5,p=1'])
      expect(await cheap.verify(PASSWORD, poisoned)).toBe(false)
    },
  )
})

describe('node-argon2#360: needsRehash does not see the variant, the tag and the salt', () => {
  test('ours does', async () => {
    const peer = await import('argon2')
    const options = { memoryCost: 7_168, timeCost: 5, parallelism: 1 }
    const weak = await peer.hash(PASSWORD, { ...options, type: peer.argon2i, hashLength: 16 })
    expect(peer.needsRehash(weak, options)).toBe(false)
    expect(cheap.needsRehash(weak)).toBe(true)
  })
})

describe('roostorg/coop#901: a rehash that fails fails the sign-in', () => {
  test('a user with the right password is let in', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const passwords = createPasswords({ kdf: argon2id({ memory: 9_216, passes: 4 }) })
    const replace = () => Promise.reject(new Error('deadlock'))
    expect(await passwords.verify(PASSWORD, STORED, { replace })).toMatchObject({ ok: true })
    warned.mockRestore()
  })
})

describe('node-argon2#97, #147, #331, #385, #411: the package cannot be installed or loaded', () => {
  test('the error names the command, and the other functions do without', async () => {
    vi.resetModules()
    vi.doMock('argon2', () => {
      throw new Error("Cannot find package 'argon2'")
    })
    const { argon2id: withoutPackage } = await import('./kdf/argon2id.js')
    const kdf = withoutPackage(CHEAP)
    await expect(kdf.hash(PASSWORD, new Uint8Array(16))).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: '@base/auth argon2id needs a package: npm install argon2',
    })
    await expect(kdf.verify(PASSWORD, STORED)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    expect(await nodeRsArgon2(CHEAP).verify(PASSWORD, STORED)).toBe(true)
  })
})

describe('zxcvbn-ts#164: a long password keeps the server busy', () => {
  test('strength looks at 128 characters at most', () => {
    const texts = ['a', 'ab', 'password', 'qwerty1987', '1qaz', '\u0301', '\ufdfa'].map((text) =>
      text.repeat(1_000_000),
    )
    // What is quadratic takes hours here, and the runner ends it.
    for (const text of texts) expect(strength(text)).toBeLessThanOrEqual(4)
  })

  test('a policy refuses what is too long before it looks closer', async () => {
    const blocklist = { has: vi.fn(() => false) }
    const policy = createPasswordPolicy({ blocklist })
    expect((await policy.check('a'.repeat(10_000_000))).ok).toBe(false)
    expect(blocklist.has).not.toHaveBeenCalled()
  })
})

describe('OWASP/ASVS#3242: 8 characters are enough for a password that is all there is', () => {
  test('they are not, and 15 are', async () => {
    const policy = createPasswordPolicy()
    expect((await policy.check('xkvqzjwp')).ok).toBe(false)
    expect((await policy.check('xkvqzjwp', { mfa: true })).ok).toBe(true)
    expect((await policy.check('xkvqzjwpmtgbhrn')).ok).toBe(true)
  })
})

describe('a change of password that a rehash undoes', () => {
  test('the swap names the hash that it replaces', async () => {
    const passwords = createPasswords({ kdf: argon2id({ memory: 9_216, passes: 4 }) })
    const replace = vi.fn()
    const { upgradedHash } = await passwords.verify(PASSWORD, STORED, { replace })
    expect(replace).toHaveBeenCalledExactlyOnceWith(STORED, upgradedHash)
  })
})
