import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { UnavailableError } from '@base/core/errors'
import { describe, expect, test } from 'vitest'
import { createRecoveryCodes, memoryRecoveryCodeStore, type RecoveryCodeStore } from './index.js'

const never = (value: unknown): never => value as never
const codesOf = (store: RecoveryCodeStore = memoryRecoveryCodeStore()) => createRecoveryCodes({ store })

describe('createRecoveryCodes', () => {
  test('generates ten codes of 120 bits in four groups, none twice', async () => {
    const codes = await codesOf().generate('ann')
    expect(codes).toHaveLength(10)
    expect(new Set(codes).size).toBe(10)
    for (const code of codes) expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{6}-){3}[0-9A-HJKMNP-TV-Z]{6}$/)
  })

  test('generates as many as it is asked for, 1 to 100', async () => {
    const codes = codesOf()
    expect(await codes.generate('ann', 1)).toHaveLength(1)
    expect(await codes.generate('ann', 100)).toHaveLength(100)
    expect(await codes.remaining('ann')).toBe(100)
    for (const count of [0, 101, 1.5, Number.NaN, never('10')])
      await expect(codes.generate('ann', count)).rejects.toMatchObject({
        code: 'INVALID_OPTION',
        message: expect.stringContaining('@base/auth createRecoveryCodes: count must be'),
      })
  })

  test('redeems each code once', async () => {
    const recovery = codesOf()
    const codes = await recovery.generate('ann')
    for (const [index, code] of codes.entries()) {
      expect(await recovery.redeem('ann', code)).toBe(true)
      expect(await recovery.redeem('ann', code)).toBe(false)
      expect(await recovery.remaining('ann')).toBe(9 - index)
    }
  })

  test('of 50 that redeem one code at once exactly one succeeds', async () => {
    const recovery = codesOf()
    const [code = ''] = await recovery.generate('ann')
    const all = await Promise.all(Array.from({ length: 50 }, () => recovery.redeem('ann', code)))
    expect(all.filter(Boolean)).toHaveLength(1)
  })

  test.each(['0', 1, {}])('takes no other answer of the store for a yes, such as %o', async (answer) => {
    const store = memoryRecoveryCodeStore()
    Object.assign(store, { take: async () => answer })
    const [code = ''] = await codesOf(store).generate('ann')
    expect(await codesOf(store).redeem('ann', code)).toBe(false)
  })

  test('reads a code as people type it', async () => {
    const recovery = codesOf()
    const [code = ''] = await recovery.generate('ann', 1)
    const typed = ` ${code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')}\n`
    expect(await recovery.redeem('ann', typed)).toBe(true)
  })

  test.each(['\u2010', '\u2011', '\u2013', '\u2014', '\u2212', '\u00a0'])(
    'takes a code off a page that has %j for its dashes',
    async (dash) => {
      const recovery = codesOf()
      const [code = ''] = await recovery.generate('ann', 1)
      expect(await recovery.redeem('ann', code.replaceAll('-', dash))).toBe(true)
    },
  )

  test('refuses what is no code without asking the store', async () => {
    const recovery = codesOf(never({ replace() {}, count() {}, remove() {}, take: () => expect.fail() }))
    const wrong = [
      '',
      'A',
      'A'.repeat(23),
      'A'.repeat(25),
      'U'.repeat(24),
      `${'A'.repeat(23)}é`,
      'A'.repeat(1e6),
    ]
    for (const code of [...wrong, undefined, null, 1, {}, ['A'.repeat(24)]])
      expect(await recovery.redeem('ann', never(code))).toBe(false)
  })

  test('makes all codes before worthless when it generates anew', async () => {
    const recovery = codesOf()
    const [old = ''] = await recovery.generate('ann')
    const [code = ''] = await recovery.generate('ann', 3)
    expect(await recovery.redeem('ann', old)).toBe(false)
    expect(await recovery.redeem('ann', code)).toBe(true)
    expect(await recovery.remaining('ann')).toBe(2)
  })

  test('a code is of its subject only', async () => {
    const recovery = codesOf()
    const [code = ''] = await recovery.generate('ann')
    await recovery.generate('bob')
    expect(await recovery.redeem('bob', code)).toBe(false)
    expect(await recovery.redeem('nobody', code)).toBe(false)
    expect(await recovery.redeem('ann', code)).toBe(true)
  })

  test('attack: a hash that is copied to another subject is worth nothing there', async () => {
    const rows = new Map<string, readonly string[]>()
    const inner = memoryRecoveryCodeStore()
    const recovery = codesOf({
      replace: async (sub, hashes) => void rows.set(sub, hashes),
      take: async (sub, hash) => rows.get(sub)?.includes(hash) === true,
      count: (sub) => inner.count(sub),
      remove: (sub) => inner.remove(sub),
    })
    const [code = ''] = await recovery.generate('mallory')
    rows.set('ann', rows.get('mallory') ?? [])
    expect(await recovery.redeem('mallory', code)).toBe(true)
    expect(await recovery.redeem('ann', code)).toBe(false)
  })

  test('attack: the store never sees a code, or anything that a code can be read from', async () => {
    const seen: string[] = []
    const recovery = codesOf({
      replace: async (_, hashes) => void seen.push(...hashes),
      take: async (_, hash) => seen.push(hash) > 0,
      count: async () => 0,
      remove: async () => false,
    })
    const [code = ''] = await recovery.generate('ann')
    await recovery.redeem('ann', code)
    expect(seen).toHaveLength(11)
    expect(seen[10]).toBe(seen[0])
    for (const hash of seen) expect(hash).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(seen.join()).not.toContain(code.slice(0, 6))
  })

  test('tells of a code that was used, and of none that was not', async () => {
    const told: unknown[] = []
    const listen = (message: unknown) => told.push(message)
    subscribe('base:auth:recovery-codes:redeemed', listen)
    try {
      const recovery = codesOf()
      const [code = ''] = await recovery.generate('ann')
      await recovery.redeem('ann', code)
      await recovery.redeem('ann', code)
      expect(told).toEqual([{ sub: 'ann' }])
    } finally {
      unsubscribe('base:auth:recovery-codes:redeemed', listen)
    }
  })

  test('forgets a subject', async () => {
    const recovery = codesOf()
    const [code = ''] = await recovery.generate('ann')
    expect([await recovery.remove('ann'), await recovery.remove('ann')]).toEqual([true, false])
    expect(await recovery.remaining('ann')).toBe(0)
    expect(await recovery.redeem('ann', code)).toBe(false)
  })

  test('a store that fails is an UnavailableError, with its cause', async () => {
    const cause = new Error('away')
    const fail = async () => {
      throw cause
    }
    const recovery = codesOf({ replace: fail, take: fail, count: fail, remove: fail })
    const calls = [
      () => recovery.generate('ann'),
      () => recovery.redeem('ann', 'A'.repeat(24)),
      () => recovery.remaining('ann'),
      () => recovery.remove('ann'),
    ]
    for (const call of calls) {
      const error = await call().catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(UnavailableError)
      expect(error).toMatchObject({ cause })
    }
  })

  test.each(['', 'a\0', '\ud800', 'x'.repeat(1025), undefined])('refuses the subject %j', async (sub) => {
    const recovery = codesOf()
    const calls = [
      () => recovery.generate(never(sub)),
      () => recovery.redeem(never(sub), ''),
      () => recovery.remaining(never(sub)),
      () => recovery.remove(never(sub)),
    ]
    for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'INVALID_OPTION' })
  })

  test('refuses what is no store', () => {
    expect(() => createRecoveryCodes({ store: never({}) })).toThrow(
      '@base/auth createRecoveryCodes: store must be an object with the methods',
    )
    expect(createRecoveryCodes()).toBeDefined()
  })
})
