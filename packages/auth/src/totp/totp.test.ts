import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { secret as secretOf } from '@base/core/secret'
import { TestClock } from '@base/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { totpStoreConformance } from '../testing/totp-store-conformance.js'
import { createTotp, hotpCode, memoryTotpStore, type TotpOptions, totpCode } from './index.js'

/** 2026-01-01T00:00:00Z, the start of a period. */
const START = 1_767_225_600_000
const PERIOD = 30_000

function given(options: Partial<TotpOptions> = {}) {
  const clock = new TestClock({ now: START })
  const store = memoryTotpStore({ clock })
  return { clock, store, totp: createTotp({ store, issuer: 'Example Shop', clock, ...options }) }
}

/** A subject whose first code was taken in the period before. */
async function enrolled(options: Partial<TotpOptions> = {}) {
  const all = given(options)
  const { secret } = await all.totp.enroll('ann', { account: 'ann@example.com' })
  const codeAt = (steps: number) => totpCode(secret, { time: all.clock.now() + steps * PERIOD })
  expect(await all.totp.verify('ann', codeAt(0))).toBe(true)
  await all.clock.advance(2 * PERIOD)
  /** Codes that are wrong now, and soon. */
  const wrong = (count: number) => {
    const right = [-1, 0, 1, 2].map(codeAt)
    const all = Array.from({ length: count + right.length }, (_, index) => String(index).padStart(6, '0'))
    return all.filter((code) => !right.includes(code)).slice(0, count)
  }
  return { ...all, secret, codeAt, wrong }
}

totpStoreConformance(
  () => {
    const clock = new TestClock()
    return { subject: memoryTotpStore({ clock }), advance: (d) => clock.advance(d), dispose: () => {} }
  },
  { test },
)

describe('RFC 4226, appendix D', () => {
  const codes = '755224 287082 359152 969429 338314 254676 287922 162583 399871 520489'.split(' ')

  test.each(codes.map((code, counter) => [counter, code] as const))(
    'the code of %i is %s',
    (counter, code) => {
      expect(hotpCode(Buffer.from('12345678901234567890'), { counter })).toBe(code)
      expect(hotpCode('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', { counter })).toBe(code)
    },
  )
})

describe('RFC 6238, appendix B, with erratum 2866', () => {
  const times = [59, 1_111_111_109, 1_111_111_111, 1_234_567_890, 2_000_000_000, 20_000_000_000]
  const vectors = [
    ['SHA1', 20, '94287082 07081804 14050471 89005924 69279037 65353130'],
    ['SHA256', 32, '46119246 68084774 67062674 91819424 90698825 77737706'],
    ['SHA512', 64, '90693936 25091201 99943326 93441116 38618901 47863826'],
  ] as const
  const cases = vectors.flatMap(([algorithm, bytes, codes]) =>
    codes.split(' ').map((code, index) => [algorithm, times[index] as number, code, bytes] as const),
  )

  test.each(cases)('%s at %i s: %s', (algorithm, seconds, code, bytes) => {
    const secret = Buffer.from('1234567890'.repeat(7).slice(0, bytes))
    expect(totpCode(secret, { time: seconds * 1_000, algorithm, digits: 8 })).toBe(code)
  })
})

describe('totpCode', () => {
  const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

  test('reads a secret as people write it', () => {
    const code = totpCode(SECRET, { time: 59_000 })
    expect(totpCode('gezd gnbv gy3t qojq gezd gnbv gy3t qojq', { time: 59_000 })).toBe(code)
    expect(totpCode(secretOf(SECRET), { time: 59_000 })).toBe(code)
    expect(code).toBe('287082')
  })

  test.each([
    ['secret', 'GEZDGNBV1', {}],
    ['secret', 'GEZDGNBV', {}],
    ['secret', undefined, {}],
    ['time', SECRET, { time: -1 }],
    ['period', SECRET, { period: '10s' }],
    ['period', SECRET, { period: 30_500 }],
    ['digits', SECRET, { digits: 9 }],
    ['algorithm', SECRET, { algorithm: 'MD5' }],
  ])('refuses a wrong %s, and does not show the secret', (option, secret, options) => {
    const call = () => totpCode(secret as string, options as never)
    expect(call).toThrow(`@base/auth totpCode: ${option} must be`)
    expect(call).not.toThrow('GEZDGNBV')
  })

  test('hotpCode refuses a wrong counter', () => {
    expect(() => hotpCode(SECRET, { counter: -1 })).toThrow('hotpCode: counter must be')
  })
})

describe('createTotp', () => {
  test('gives a secret of 160 bits and a text for a QR code', async () => {
    const { totp } = given({ issuer: 'Räder & Söhne' })
    const { secret, uri } = await totp.enroll('ann', { account: 'ann+1@example.com' })
    expect(secret).toMatch(/^[A-Z2-7]{32}$/)
    expect(uri).toBe(
      `otpauth://totp/R%C3%A4der%20%26%20S%C3%B6hne:ann%2B1%40example.com?secret=${secret}&issuer=R%C3%A4der%20%26%20S%C3%B6hne&algorithm=SHA1&digits=6&period=30`,
    )
    expect((await totp.enroll('ann', { account: 'x' })).secret).not.toBe(secret)
  })

  test('takes the codes of the app, and no others', async () => {
    const { totp, codeAt, wrong } = await enrolled()
    for (const code of wrong(3)) expect(await totp.verify('ann', code)).toBe(false)
    expect(await totp.verify('bob', codeAt(0))).toBe(false)
    expect(await totp.verify('ann', codeAt(0))).toBe(true)
  })

  test('takes a code with spaces between', async () => {
    const { totp, codeAt } = await enrolled()
    expect(await totp.verify('ann', ` ${codeAt(0).slice(0, 3)} ${codeAt(0).slice(3)}\n`)).toBe(true)
  })

  test.each([
    [-2, false],
    [-1, true],
    [0, true],
    [1, true],
    [2, false],
  ])('answers a code of %i periods from now with %s', async (steps, expected) => {
    const { totp, codeAt, clock } = await enrolled()
    await clock.advance(4 * PERIOD)
    expect(await totp.verify('ann', codeAt(steps))).toBe(expected)
  })

  test('takes the present code alone with a window of 0', async () => {
    const { totp, codeAt } = await enrolled({ window: 0 })
    expect([await totp.verify('ann', codeAt(-1)), await totp.verify('ann', codeAt(0))]).toEqual([false, true])
  })

  test.each([
    [['123456']],
    [123456],
    [''],
    ['12345'],
    ['1234567'],
    ['12345x'],
    ['１２３４５６'],
    [undefined],
    [null],
    [' '.repeat(99)],
    ['0x1f4a'],
  ])('does not count %j as an attempt', async (code) => {
    const { totp, codeAt } = await enrolled({ maxFailures: 1 })
    for (let count = 0; count < 10; count++) expect(await totp.verify('ann', code as never)).toBe(false)
    expect(await totp.verify('ann', codeAt(0))).toBe(true)
  })

  test('a new secret signs in from its first code on, and the one before until then', async () => {
    const { totp, clock, codeAt } = await enrolled()
    const next = await totp.enroll('ann', { account: 'ann@example.com' })
    const nextCode = () => totpCode(next.secret, { time: clock.now() })
    expect(await totp.status('ann')).toEqual({ isEnrolled: true, isPending: true })
    expect(await totp.verify('ann', nextCode())).toBe(false)
    expect(await totp.verify('ann', codeAt(0))).toBe(true)
    expect(await totp.confirm('ann', nextCode())).toBe(true)
    await clock.advance(PERIOD)
    expect(await totp.verify('ann', codeAt(0))).toBe(false)
    expect(await totp.verify('ann', nextCode())).toBe(true)
  })

  test('says how a subject stands, and forgets it', async () => {
    const { totp } = given()
    expect(await totp.status('ann')).toEqual({ isEnrolled: false, isPending: false })
    const { secret } = await totp.enroll('ann', { account: 'ann' })
    expect(await totp.status('ann')).toEqual({ isEnrolled: false, isPending: true })
    expect(await totp.confirm('ann', totpCode(secret, { time: START }))).toBe(true)
    expect(await totp.status('ann')).toEqual({ isEnrolled: true, isPending: false })
    expect([await totp.remove('ann'), await totp.remove('ann')]).toEqual([true, false])
    expect(await totp.status('ann')).toEqual({ isEnrolled: false, isPending: false })
  })

  test('has digits, period and hash of your choice', async () => {
    const { totp, clock } = given({ digits: 8, period: '60s', algorithm: 'SHA256' })
    const { secret, uri } = await totp.enroll('ann', { account: 'ann' })
    expect(uri).toContain('&algorithm=SHA256&digits=8&period=60')
    const options = { time: clock.now(), digits: 8, period: 60_000, algorithm: 'SHA256' as const }
    expect(await totp.verify('ann', totpCode(secret, options))).toBe(true)
  })

  test('encrypts what it stores where there is a cipher', async () => {
    const cipher = {
      encrypt: async (secret: string, sub: string) => `${sub}|${[...secret].reverse().join('')}`,
      decrypt: async (text: string, sub: string) => {
        if (!text.startsWith(`${sub}|`)) throw new Error('the text of another')
        return [...text.slice(sub.length + 1)].reverse().join('')
      },
    }
    const { totp, store, secret, codeAt } = await enrolled({ cipher })
    expect((await store.find('ann', START))?.active).toBe(`ann|${[...secret].reverse().join('')}`)
    expect(await totp.verify('ann', codeAt(0))).toBe(true)
  })

  describe('where the cipher fails', () => {
    const cause = new Error('the key service is away')
    const given_ = async () => {
      const answers = { isAway: false }
      const through = async (text: string) => {
        if (answers.isAway) throw cause
        return text
      }
      return { answers, ...(await enrolled({ cipher: { encrypt: through, decrypt: through } })) }
    }
    const unavailable = { code: 'UNAVAILABLE', message: 'The totp cipher failed.', cause }

    test('rejects, and counts no attempt', async () => {
      const { totp, answers, codeAt } = await given_()
      answers.isAway = true
      for (let count = 0; count < 10; count++)
        await expect(totp.verify('ann', codeAt(0))).rejects.toMatchObject(unavailable)
      await expect(totp.enroll('ann', { account: 'ann' })).rejects.toMatchObject(unavailable)
      answers.isAway = false
      expect(await totp.status('ann')).toEqual({ isEnrolled: true, isPending: false })
      expect(await totp.verify('ann', codeAt(0))).toBe(true)
    })

    test.each([undefined, 7, { secret: 'x' }])(
      'names one that gives %j, and counts nothing',
      async (junk) => {
        const answers = { isJunk: false }
        const through = async (text: string) => (answers.isJunk ? (junk as never) : text)
        const { totp, codeAt } = await enrolled({ cipher: { encrypt: through, decrypt: through } })
        const refusal = { code: 'INVALID_OPTION', details: { option: 'cipher' } }
        answers.isJunk = true
        await expect(totp.enroll('bob', { account: 'bob' })).rejects.toMatchObject(refusal)
        for (let count = 0; count < 10; count++)
          await expect(totp.verify('ann', codeAt(0))).rejects.toMatchObject(refusal)
        answers.isJunk = false
        expect(await totp.status('bob')).toEqual({ isEnrolled: false, isPending: false })
        expect(await totp.verify('ann', codeAt(0))).toBe(true)
      },
    )

    test('a lock holds', async () => {
      const { totp, answers, codeAt, wrong } = await given_()
      for (const code of wrong(5)) await totp.verify('ann', code)
      answers.isAway = true
      expect(await totp.verify('ann', codeAt(0))).toBe(false)
    })
  })

  test('judges by the secret that is there when the attempt is counted', async () => {
    const cipher = { encrypt: async (s: string) => `~${s}`, decrypt: async (t: string) => t.slice(1) }
    const { totp, store, clock, codeAt } = await enrolled({ cipher })
    const next = await totp.enroll('ann', { account: 'ann' })
    const find = store.find.bind(store)
    store.find = async (sub, now) => {
      const found = await find(sub, now)
      if (found?.pending !== undefined) await store.accept(sub, found.pending, 0)
      return found
    }
    expect(await totp.verify('ann', codeAt(0))).toBe(false)
    expect(await totp.verify('ann', totpCode(next.secret, { time: clock.now() }))).toBe(true)
  })

  test('rejects where the store fails', async () => {
    const { totp, store, codeAt } = await enrolled()
    const cause = new Error('away')
    store.attempt = () => Promise.reject(cause)
    await expect(totp.verify('ann', codeAt(0))).rejects.toMatchObject({ code: 'UNAVAILABLE', cause })
  })

  test.each([
    ['issuer', { issuer: '' }],
    ['issuer', { issuer: 'a:b' }],
    ['issuer', { issuer: 'a\ud800' }],
    ['store', { store: {} }],
    ['window', { window: 3 }],
    ['period', { period: '1s' }],
    ['digits', { digits: 5 }],
    ['algorithm', { algorithm: 'MD5' }],
    ['maxFailures', { maxFailures: 0 }],
    ['lockFor', { lockFor: 0 }],
    ['cipher', { cipher: {} }],
    ['clock', { clock: {} }],
  ])('refuses a wrong %s', (option, options) => {
    expect(() => createTotp({ issuer: 'x', ...options } as never)).toThrow(`createTotp: ${option} must be`)
  })

  test('refuses a wrong subject or account', async () => {
    const { totp } = given()
    const wrong = { code: 'INVALID_OPTION' }
    await expect(totp.enroll('', { account: 'x' })).rejects.toMatchObject(wrong)
    await expect(totp.enroll('ann', { account: '' })).rejects.toMatchObject(wrong)
    await expect(totp.enroll('ann', { account: '\ud800' })).rejects.toMatchObject(wrong)
    await expect(totp.enroll('ann', undefined as never)).rejects.toMatchObject(wrong)
    await expect(totp.verify('\0', '123456')).rejects.toMatchObject(wrong)
    await expect(totp.status(7 as never)).rejects.toMatchObject(wrong)
  })
})

describe('ASVS 6.5.1, and better-auth, which takes a code again for as long as it is shown', () => {
  test('a code is good for one use', async () => {
    const { totp, codeAt } = await enrolled()
    expect([await totp.verify('ann', codeAt(0)), await totp.verify('ann', codeAt(0))]).toEqual([true, false])
  })

  test('the code that confirmed a secret does not sign in', async () => {
    const { totp } = given()
    const { secret } = await totp.enroll('ann', { account: 'ann' })
    const code = totpCode(secret, { time: START })
    expect([await totp.confirm('ann', code), await totp.verify('ann', code)]).toEqual([true, false])
  })

  test.each(['0', 1, {}])('a store that answers %o instead of yes lets nobody in', async (answer) => {
    const { clock, store, secret } = await enrolled()
    Object.assign(store, { accept: async () => answer })
    const totp = createTotp({ store, issuer: 'Example Shop', clock })
    expect(await totp.verify('ann', totpCode(secret, { time: clock.now() }))).toBe(false)
  })

  test('no code before one that was used is good', async () => {
    const { totp, codeAt } = await enrolled()
    expect(await totp.verify('ann', codeAt(1))).toBe(true)
    expect([await totp.verify('ann', codeAt(0)), await totp.verify('ann', codeAt(-1))]).toEqual([
      false,
      false,
    ])
  })
})

describe('GHSA-7w99-5wm4-3g79: a code redeemed many times at once', () => {
  test('of 50 with the same code exactly one is let in', async () => {
    const { totp, codeAt } = await enrolled()
    const all = await Promise.all(Array.from({ length: 50 }, () => totp.verify('ann', codeAt(0))))
    expect(all.filter(Boolean)).toHaveLength(1)
  })
})

describe('who guesses', () => {
  test('is not looked at after 5 failures, for 15 minutes, with the right code either', async () => {
    const { totp, clock, codeAt, wrong } = await enrolled()
    for (const code of wrong(5)) expect(await totp.verify('ann', code)).toBe(false)
    expect(await totp.verify('ann', codeAt(0))).toBe(false)
    expect((await totp.status('ann')).lockedUntil).toBe(clock.now() + 900_000)
    await clock.advance('14m')
    expect(await totp.verify('ann', codeAt(0))).toBe(false)
    await clock.advance('1m')
    expect(await totp.verify('ann', codeAt(0))).toBe(true)
    expect(await totp.status('ann')).toEqual({ isEnrolled: true, isPending: false })
  })

  test('is not looked at more often for asking all at once', async () => {
    const through = async (text: string) => text
    for (const cipher of [undefined, { encrypt: through, decrypt: through }]) {
      const { totp, codeAt, wrong } = await enrolled(cipher && { cipher })
      const guesses = [...wrong(5), ...Array.from({ length: 195 }, () => codeAt(0))]
      const all = await Promise.all(guesses.map((guess) => totp.verify('ann', guess)))
      expect(all.filter(Boolean)).toEqual([])
    }
  })

  describe('is told of', () => {
    const listen = async (run: () => Promise<unknown>) => {
      const heard: unknown[] = []
      const note = (message: unknown) => heard.push(message)
      subscribe('base:auth:totp:locked', note)
      try {
        await run()
        // Nobody waits for what is told.
        await new Promise((resolve) => setImmediate(resolve))
      } finally {
        unsubscribe('base:auth:totp:locked', note)
      }
      return heard
    }
    const lock = (day: number) => ({ sub: 'ann', lockedUntil: START + 2 * PERIOD + (day + 1) * 900_000 })

    test('once for each lock, when it begins, also who tries five codes in each', async () => {
      const { totp, wrong, clock } = await enrolled()
      const heard = await listen(async () => {
        for (let round = 0; round < 3; round++) {
          for (const code of wrong(5)) await totp.verify('ann', code)
          await clock.advance('15m')
        }
      })
      expect(heard).toEqual([lock(0), lock(1), lock(2)])
    })

    test('once where codes come at once, and with codes for a secret that is not there', async () => {
      const { totp, wrong } = await enrolled()
      expect(await listen(() => Promise.all(wrong(20).map((code) => totp.verify('ann', code))))).toEqual([
        lock(0),
      ])
      const other = await enrolled()
      const confirmed = () => Promise.all(wrong(5).map((code) => other.totp.confirm('ann', code)))
      expect(await listen(confirmed)).toEqual([lock(0)])
    })

    test('not again by attempts during it, in whatever process', async () => {
      const { totp, store, clock, wrong } = await enrolled()
      const [code = ''] = wrong(1)
      const heard = await listen(async () => {
        for (const each of wrong(5)) await totp.verify('ann', each)
        await clock.advance('10m')
        const other = createTotp({ store, issuer: 'Example Shop', clock })
        for (const each of [totp, other]) await each.verify('ann', code)
      })
      expect(heard).toEqual([lock(0)])
    })

    test('also soon after it was removed and enrolled anew', async () => {
      const { totp, clock, wrong } = await enrolled()
      const heard = await listen(async () => {
        for (const code of wrong(5)) await totp.verify('ann', code)
      })
      await clock.advance(1)
      await totp.remove('ann')
      await totp.enroll('ann', { account: 'ann' })
      const anew = await listen(async () => {
        for (const code of wrong(5)) await totp.verify('ann', code)
      })
      const { lockedUntil } = lock(0)
      expect([heard, anew]).toEqual([[lock(0)], [{ sub: 'ann', lockedUntil: lockedUntil + 1 }]])
    })

    test('not before the last failure, nor where the last code is right', async () => {
      const { totp, wrong, codeAt } = await enrolled()
      const heard = await listen(async () => {
        for (const code of wrong(4)) await totp.verify('ann', code)
        expect(await totp.verify('ann', codeAt(0))).toBe(true)
      })
      expect(heard).toEqual([])
    })

    test('one of many, each of whom once', async () => {
      const { totp, store, wrong } = await enrolled({ maxFailures: 2 })
      const codes = wrong(2)
      const subjects = Array.from({ length: 1_500 }, (_, index) => `sub-${index}`)
      for (const sub of subjects) await store.enroll(sub, 'GEZDGNBVGY3TQOJQ')
      const attempts = () => codes.flatMap((code) => subjects.map((sub) => totp.verify(sub, code)))
      expect(await listen(() => Promise.all(attempts()))).toHaveLength(1_500)
    })

    test('nobody, where nobody listens', async () => {
      const { totp, store, wrong } = await enrolled({ maxFailures: 1 })
      const find = vi.spyOn(store, 'find')
      for (const code of wrong(2)) await totp.verify('ann', code)
      expect(find).not.toHaveBeenCalled()
    })

    test.each(['find', 'accept'] as const)('by the next attempt, where %s fails', async (method) => {
      const { totp, store, wrong, codeAt } = await enrolled({ maxFailures: 1 })
      const fails = vi.spyOn(store, method).mockRejectedValueOnce(new Error('away'))
      const [code = ''] = method === 'find' ? wrong(1) : [codeAt(0)]
      const first = () => totp.verify('ann', code).catch(() => false)
      const heard = await listen(async () => expect(await first()).toBe(false))
      expect(fails).toHaveBeenCalledTimes(1)
      expect([...heard, ...(await listen(() => totp.verify('ann', wrong(1)[0] ?? '')))]).toEqual([lock(0)])
    })

    test('by the next attempt, where the answer of the one that began it is lost', async () => {
      const { totp, store, wrong } = await enrolled({ maxFailures: 1 })
      const [code = ''] = wrong(1)
      const attempt = store.attempt.bind(store)
      vi.spyOn(store, 'attempt').mockImplementationOnce(async (...asked) => {
        await attempt(...asked)
        throw new Error('connection reset')
      })
      const lost = () => expect(totp.verify('ann', code)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
      expect(await listen(lost)).toEqual([])
      const heard = await listen(async () => {
        for (let time = 0; time < 2; time++) await totp.verify('ann', code)
      })
      expect(heard).toEqual([lock(0)])
    })

    test.each<[string, (all: Awaited<ReturnType<typeof enrolled>>) => Promise<unknown>]>([
      ['it was removed', ({ totp }) => totp.remove('ann')],
      ['it was over', ({ clock }) => clock.advance('15m')],
    ])('and not of a later one, where a failure of the store was before %s', async (_, end) => {
      const all = await enrolled({ maxFailures: 1 })
      const { totp, store, clock, wrong } = all
      const [code = ''] = wrong(1)
      vi.spyOn(store, 'find').mockRejectedValueOnce(new Error('away'))
      expect(await listen(() => totp.verify('ann', code))).toEqual([])
      await end(all)
      await totp.enroll('ann', { account: 'ann' })
      const other = createTotp({ store, issuer: 'Example Shop', maxFailures: 1, clock })
      const heard = await listen(async () => {
        for (const each of [other, totp]) await each.verify('ann', code)
      })
      expect(heard).toHaveLength(1)
    })

    test('without holding up the answer', async () => {
      const { totp, store, wrong } = await enrolled({ maxFailures: 1 })
      store.find = () => new Promise(() => {})
      const [code = ''] = wrong(1)
      expect(await listen(async () => expect(await totp.verify('ann', code)).toBe(false))).toEqual([])
    })
  })

  test('starts anew after a right code', async () => {
    const { totp, codeAt, clock, wrong } = await enrolled()
    for (let round = 0; round < 3; round++) {
      for (const code of wrong(4)) await totp.verify('ann', code)
      expect(await totp.verify('ann', codeAt(0))).toBe(true)
      await clock.advance(PERIOD)
    }
  })
})
