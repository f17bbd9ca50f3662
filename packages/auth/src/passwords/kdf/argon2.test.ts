import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { argon2id, type PasswordKdf } from '../index.js'
import type { Argon2Engine, Argon2Variant } from './argon2-engine.js'
import { Argon2Kdf } from './argon2-kdf.js'
import { ARGON2_ENGINE } from './argon2id.js'
import { NODE_ENGINE, nodeArgon2 } from './node-argon2.js'
import { NODE_RS_ENGINE, nodeRsArgon2 } from './node-rs-argon2.js'

const CHEAP = { memory: 7_168, passes: 5, parallelism: 1 }

/** Node has it from 24.7 on. */
const nodeHasArgon2 = typeof (await import('node:crypto')).argon2 === 'function'

const engines: readonly [name: string, engine: Argon2Engine, kdf: () => PasswordKdf][] = [
  ['argon2id', ARGON2_ENGINE, () => argon2id(CHEAP)],
  ['nodeRsArgon2', NODE_RS_ENGINE, () => nodeRsArgon2(CHEAP)],
  ...(nodeHasArgon2 ? [['nodeArgon2', NODE_ENGINE, () => nodeArgon2(CHEAP)] as const] : []),
].map((row) => row as [string, Argon2Engine, () => PasswordKdf])

const filled = (length: number, byte: number) => new Uint8Array(length).fill(byte)

/** The inputs of RFC 9106, section 5, which the known answers of the reference implementation share. */
const VECTOR = {
  memory: 32,
  passes: 3,
  parallelism: 4,
  tagLength: 32,
  salt: filled(16, 2),
  secret: filled(8, 3),
  associatedData: filled(12, 4),
}

const tags: readonly [name: string, variant: Argon2Variant, version: 16 | 19, tag: string][] = [
  ['5.1', 'argon2d', 19, '512b391b6f1162975371d30919734294f868e3be3984f3c1a13a4db9fabe4acb'],
  ['5.2', 'argon2i', 19, 'c814d9d1dc7f37aa13f0d77f2494bda1c8de6b016dd388d29952a4c4672b6ce8'],
  ['5.3', 'argon2id', 19, '0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659'],
  ['kats/argon2id_v16', 'argon2id', 16, 'b64615f07789b66b645b67ee9ed3b377ae350b6bfcbb0fc95141ea8f322613c0'],
]

describe('RFC 9106', () => {
  // @node-rs/argon2 takes no associated data, which all of them have; the texts below it shares with the others.
  describe.each(engines.filter(([name]) => name !== 'nodeRsArgon2'))('by %s', (_, engine) => {
    test.each(tags.filter(([, , version]) => engine.versions.includes(version)))(
      'section %s: the tag of %s',
      async (_name, variant, version, tag) => {
        const computed = await engine.run(filled(32, 1), { ...VECTOR, variant, version })
        expect(Buffer.from(computed).toString('hex')).toBe(tag)
      },
    )
  })
})

/** The encoded texts of phc-winner-argon2, src/test.c, less the one of a gigabyte. */
const encoded: readonly [password: string, text: string][] = [
  ['password', '$argon2i$m=65536,t=2,p=1$c29tZXNhbHQ$9sTbSlTio3Biev89thdrlKKiCaYsjjYVJxGAL3swxpQ'],
  ['password', '$argon2i$m=256,t=2,p=1$c29tZXNhbHQ$/U3YPXYsSb3q9XxHvc0MLxur+GP960kN9j7emXX8zwY'],
  ['password', '$argon2i$m=256,t=2,p=2$c29tZXNhbHQ$tsEVYKap1h6scGt5ovl9aLRGOqOth+AMB+KwHpDFZPs'],
  ['password', '$argon2i$m=65536,t=1,p=1$c29tZXNhbHQ$gWMFUrjzsfSM2xmSxMZ4ZD1JCytetP9sSzQ4tWIXJLI'],
  ['password', '$argon2i$m=65536,t=4,p=1$c29tZXNhbHQ$8hLwFhXm6110c03D70Ct4tUdBSRo2MaUQKOh8sHChHs'],
  ['differentpassword', '$argon2i$m=65536,t=2,p=1$c29tZXNhbHQ$6ckCB0tnVFMaOgvlGeW69ASzDOabPwGsO/ISKZYBCaM'],
  ['password', '$argon2i$m=65536,t=2,p=1$ZGlmZnNhbHQ$eaEDuQ/orvhXDLMfyLIiWXeJFvgza3vaw4kladTxxJc'],
  ['password', '$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA'],
  ['password', '$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8'],
  ['password', '$argon2i$v=19$m=256,t=2,p=2$c29tZXNhbHQ$T/XOJ2mh1/TIpJHfCdQan76Q5esCFVoT5MAeIM1Oq2E'],
  ['password', '$argon2i$v=19$m=65536,t=1,p=1$c29tZXNhbHQ$0WgHXE2YXhPr6uVgz4uUw7XYoWxRkWtvSsLaOsEbvs8'],
  ['password', '$argon2i$v=19$m=65536,t=4,p=1$c29tZXNhbHQ$qqlT1YrzcGzj3xrv1KZKhOMdf1QXUjHxKFJZ+IF0zls'],
  ['password', '$argon2i$v=19$m=65536,t=2,p=1$ZGlmZnNhbHQ$sDV8zPvvkfOGCw26RHsjSMvv7K2vmQq/6cxAcmxSEnE'],
  ['password', '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'],
  ['password', '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'],
  ['password', '$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc'],
  ['password', '$argon2id$v=19$m=65536,t=1,p=1$c29tZXNhbHQ$9qWtwbpyPd3vm1rB1GThgPzZ3/ydHL92zKL+15XZypg'],
  ['password', '$argon2id$v=19$m=65536,t=4,p=1$c29tZXNhbHQ$kCXUjmjvc5XMqQedpMTsOv+zyJEf5PhtGiUghW9jFyw'],
  [
    'differentpassword',
    '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$C4TWUs9rDEvq7w3+J4umqA32aWKB1+DSiRuBfYxFj94',
  ],
  ['password', '$argon2id$v=19$m=65536,t=2,p=1$ZGlmZnNhbHQ$vfMrBczELrFdWP0ZsfhWsRPaHppYdP3MVEMIVlqoFBw'],
]

describe.each(engines)('the texts of the reference implementation, by %s', (_, engine, kdf) => {
  const readable = encoded.filter(([, text]) => text.includes('$v=19$') || engine.versions.includes(16))

  test.each(readable)('%s is the password of %s', async (password, text) => {
    expect(await kdf().verify(password, text)).toBe(true)
    expect(await kdf().verify(`${password}x`, text)).toBe(false)
  })

  test('all ask for a new hash', () => {
    for (const [, text] of readable) expect(kdf().needsRehash(text)).toBe(true)
  })
})

describe('the three functions', () => {
  test('write the same text for the same password and salt, and each verifies it', async () => {
    const salt = createHash('sha256').update('salt').digest().subarray(0, 16)
    const texts = await Promise.all(engines.map(([, , kdf]) => kdf().hash('pässwörd', salt)))
    expect(new Set(texts).size).toBe(1)
    expect(texts[0]).toMatch(/^\$argon2id\$v=19\$m=7168,t=5,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
    for (const [, , kdf] of engines) {
      expect(await kdf().verify('pässwörd', texts[0] as string)).toBe(true)
      expect(await kdf().verify('passwörd', texts[0] as string)).toBe(false)
      expect(kdf().needsRehash(texts[0] as string)).toBe(false)
    }
  })

  test('write what the package argon2 verifies, and verify what it writes', async () => {
    const peer = await import('argon2')
    const [, , kdf] = engines[0] as (typeof engines)[number]
    const ours = await kdf().hash('a password', filled(16, 7))
    expect(await peer.verify(ours, 'a password')).toBe(true)
    const theirs = await peer.hash('a password', { memoryCost: 8_192, timeCost: 2, parallelism: 1 })
    expect(await kdf().verify('a password', theirs)).toBe(true)
  })

  test('start with what OWASP and ASVS ask for', () => {
    const parametersOf = (kdf: PasswordKdf) => kdf.decoy?.().split('$')[3]
    expect(parametersOf(argon2id())).toBe('m=47104,t=1,p=1')
    expect(parametersOf(nodeRsArgon2('strong'))).toBe('m=65536,t=3,p=4')
  })

  test.each([
    { memory: 47_103, passes: 1 },
    { memory: 19_455, passes: 2 },
    { memory: 12_287, passes: 3 },
    { memory: 9_215, passes: 4 },
    { memory: 7_167, passes: 16 },
  ])('refuse $memory KiB with $passes passes, below the table of OWASP', (cost) => {
    expect(() => argon2id(cost)).toThrow(
      '@base/auth argon2id: parameters must be at least 47104 KiB with 1, or',
    )
  })

  test.each([
    ['memory', { memory: 1_048_577, passes: 1 }],
    ['passes', { memory: 47_104, passes: 17 }],
    ['parallelism', { memory: 47_104, passes: 1, parallelism: 0 }],
    ['memory', undefined],
    ['preset', 'fast'],
  ])('refuse a wrong %s', (option, cost) => {
    if (cost === undefined) expect(() => argon2id(null as never)).toThrow(`argon2id: ${option} must be`)
    else expect(() => argon2id(cost as never)).toThrow(`argon2id: ${option} must be`)
  })

  test('refuse a salt that is too short', async () => {
    await expect(argon2id(CHEAP).hash('x', filled(15, 1))).rejects.toMatchObject({ code: 'INVALID_OPTION' })
  })
})

describe('needsRehash', () => {
  const kdf = argon2id(CHEAP)
  const text = kdf.decoy?.() as string

  test('is false for what would be made now', () => {
    expect(kdf.needsRehash(text)).toBe(false)
  })

  test.each([
    ['the variant', text.replace('argon2id', 'argon2i')],
    ['the version', text.replace('v=19', 'v=16')],
    ['less memory', text.replace('m=7168', 'm=7167')],
    ['more memory', text.replace('m=7168', 'm=65536')],
    ['passes', text.replace('t=5', 't=4')],
    ['lanes', text.replace('p=1', 'p=2')],
    ['a shorter salt', text.replace(/\$[^$]{22}\$/, '$c29tZXNhbHQ$')],
    ['a shorter tag', text.replace(/[^$]{43}$/, 'A'.repeat(22))],
    ['a text that is none', 'x'],
  ])('is true for a change of %s', (_, changed) => {
    expect(changed).not.toBe(text)
    expect(kdf.needsRehash(changed)).toBe(true)
  })
})

describe('an engine that does not know version 16', () => {
  test('reads no text of it', async () => {
    const kdf = new Argon2Kdf({ ...ARGON2_ENGINE, versions: [19] }, CHEAP)
    const [password, text] = encoded[1] as [string, string]
    expect([kdf.recognises(text), await kdf.verify(password, text)]).toEqual([false, false])
  })
})
