import { describe, expect, test, vi } from 'vitest'
import {
  type Blocklist,
  commonPasswords,
  createPasswordPolicy,
  type PasswordContext,
  passwordPolicies,
} from '../index.js'

const GOOD = 'violet marble fjord'

const policy = createPasswordPolicy()

async function codes(password: unknown, context?: PasswordContext, options = {}): Promise<string[]> {
  const result = await createPasswordPolicy(options).check(password as string, context)
  return result.ok ? [] : result.error.issues.map(({ code }) => code as string)
}

describe('a password policy', () => {
  test('lets a good password through, normalised', async () => {
    expect(await policy.check(GOOD)).toEqual({ ok: true, value: GOOD })
    expect(await policy.check('ﬁjord marble violet')).toEqual({ ok: true, value: 'fijord marble violet' })
  })

  test('asks for 15 characters, and for 8 beside a second factor', async () => {
    expect(await codes('xkvqzjwpmtgbhr')).toEqual(['too_short'])
    expect(await codes('xkvqzjwpmtgbhrn')).toEqual([])
    expect(await codes('xkvqzjw', { mfa: true })).toEqual(['too_short'])
    expect(await codes('xkvqzjwp', { mfa: true })).toEqual([])
  })

  test('counts characters, not bytes and not UTF-16 units', async () => {
    expect(await codes('🐎🔋📎🐴🌵🍋🚲', { mfa: true })).toEqual(['too_short'])
    expect(await codes('🐎🔋📎🐴🌵🍋🚲🎲', { mfa: true })).toEqual([])
  })

  test.each([
    ['one that becomes 18', '\ufdfa'],
    ['four that become 16', '\u3300'.repeat(4)],
    ['28 that become 14', 'e\u0301'.repeat(14)],
  ])('counts the characters before and after normalisation: %s', async (_, password) => {
    expect(await codes(password, {}, { blocklist: false })).toEqual(['too_short'])
  })

  test.each([
    ['64 characters', 'violet marble fjord '.repeat(3).padEnd(64, '!')],
    ['1,024 bytes', 'violet marble fjord '.repeat(52).slice(0, 1_024)],
    ['spaces only between', 'a b c d e f g h i j'],
    ['no letter', '8315 2270 4496 1'],
    ['another script', 'лиловый мрамор фьорд'],
  ])('lets %s through', async (_, password) => {
    expect(await codes(password)).toEqual([])
  })

  test.each([
    ['too_long', 'x'.repeat(1_025)],
    ['too_long', '密'.repeat(342)],
    ['too_long', '\ufdfa'.repeat(40)],
    ['malformed', `${GOOD}\udc00`],
    ['required', ''],
    ['required', undefined],
    ['required', 42],
  ])('says %s alone, and looks nothing up', async (code, password) => {
    const blocklist = { has: vi.fn(() => true) }
    const breached = { isBreached: vi.fn(async () => true) }
    expect(await codes(password, {}, { blocklist, breached })).toEqual([code])
    expect([blocklist.has.mock.calls, breached.isBreached.mock.calls]).toEqual([[], []])
  })

  test('never shows the password', async () => {
    const result = await policy.check('passwordpassword', { words: ['password'] })
    expect(result.ok).toBe(false)
    expect(JSON.stringify(result)).not.toContain('passwordpassword')
  })

  test('says all that is wrong at once, in sentences', async () => {
    const result = await createPasswordPolicy({ ...passwordPolicies.composed }).check('password')
    expect(!result.ok && result.error.issues).toEqual([
      { path: 'password', code: 'too_short', message: 'must have at least 12 characters' },
      { path: 'password', code: 'upper', message: 'must have an upper-case letter' },
      { path: 'password', code: 'digit', message: 'must have a digit' },
      { path: 'password', code: 'special', message: 'must have a punctuation character or symbol' },
      { path: 'password', code: 'common', message: 'is used by many, and tried first by who guesses' },
    ])
  })

  test('stops when it is aborted', async () => {
    const signal = AbortSignal.abort(new Error('gone'))
    await expect(policy.check(GOOD, { signal })).rejects.toBe(signal.reason)
  })

  test.each([
    ['the list', (hang: () => Promise<boolean>) => ({ blocklist: { has: hang } })],
    ['what knows leaks', (hang: () => Promise<boolean>) => ({ breached: { isBreached: hang } })],
  ])('stops when it is aborted while %s hangs', async (_, optionsOf) => {
    const controller = new AbortController()
    const reason = new Error('gone')
    const own = createPasswordPolicy(
      optionsOf(() => {
        controller.abort(reason)
        return new Promise(() => {})
      }),
    )
    await expect(own.check(GOOD, { signal: controller.signal })).rejects.toBe(reason)
  })
})

test.each([
  ['words', { words: 'ann@example.com' }],
  ['words', { words: null }],
  ['mfa', { mfa: 'false' }],
])('a wrong %s is refused, instead of weakening the check', async (name, context) => {
  await expect(policy.check(GOOD, context as never)).rejects.toThrow(
    `PasswordPolicy.check: context.${name} must be`,
  )
})

describe('words that everybody knows', () => {
  const shop = { context: ['Example Shop'] }

  test.each([
    ['the service', 'my EXAMPLE password here'],
    ['the user’s name', 'long live ann-marie jones'],
    ['a part of the address', 'jonesann is my password'],
    ['the host of the address', 'i am from somewhere.test'],
    ['the name in other letters', 'long live ＪＯＮＥＳ and me'],
  ])('must not stand in it: %s', async (_, password) => {
    expect(await codes(password, { words: ['Jones', 'jonesann@somewhere.test'] }, shop)).toEqual(['context'])
  })

  test('of the service are all looked at, and take no place of the user’s', async () => {
    const context = [...Array.from({ length: 100 }, (_, index) => `product-${index}-name`), 'Example Shop']
    expect(await codes('my EXAMPLE password here', {}, { context })).toEqual(['context'])
    expect(await codes('long live ann-marie jones', { words: ['Jones'] }, { context })).toEqual(['context'])
    const words = Array.from({ length: 64 }, () => 'somebody')
    expect(await codes('long live ann-marie jones', { words: [...words, 'Jones'] })).toEqual([])
  })

  test('do not count below 4 characters, or where they are no texts', async () => {
    const words = ['vio', 'a@b.test', '', undefined, 7, {}] as never
    expect(await codes(GOOD, { words })).toEqual([])
  })
})

describe('the composed policy', () => {
  test.each([
    ['too_short', 'Aa1!bcdefgh'],
    ['upper', 'violet-marble-7'],
    ['lower', 'VIOLET-MARBLE-7'],
    ['digit', 'Violet-Marble-x'],
    ['special', 'VioletMarble77x'],
    ['repeated', 'Violet-Marble-7777'],
  ])('says %s', async (code, password) => {
    expect(await codes(password, {}, passwordPolicies.composed)).toEqual([code])
  })

  test.each(['Violet-Marble-7', 'Violet-Marble-777', 'Фиолет-Marble-٣', 'Violet Marble 7+'])(
    'takes %s',
    async (p) => {
      expect(await codes(p, {}, passwordPolicies.composed)).toEqual([])
    },
  )

  test('asks for as much beside a second factor', async () => {
    expect(await codes('Aa1!bcdefgh', { mfa: true }, passwordPolicies.composed)).toEqual(['too_short'])
  })

  test('knows common passwords with what such rules make people add', async () => {
    expect(await codes('Password123!', {}, passwordPolicies.composed)).toEqual(['common'])
  })
})

describe('common passwords', () => {
  const list = commonPasswords()

  test.each([
    'password',
    'PASSWORD',
    'Password1',
    'password123!',
    'passwordpassword',
    'qwerty123456789',
    '1qaz2wsx3edc4rfv',
    'aaaaaaaaaaaaaaaa',
    'abcdefghijklmnop',
    '987654321',
    'letmein!letmein!',
    'dragon99dragon99dragon99',
    'password😀😀😀😀',
    '😀😁😂😃😄😅😆😇',
    '😀'.repeat(20),
  ])('has %s', async (password) => {
    expect(await list.has(password)).toBe(true)
  })

  test.each([GOOD, 'password of my own making', 'xkvqzjwp', 'dragon48151623', 'abcdefghijklmnoq', 'xyzwq'])(
    'has not %s',
    async (password) => {
      expect(await list.has(password)).toBe(false)
    },
  )

  test('has at least the 3,000 that ASVS asks for', async () => {
    const { COMMON_PASSWORDS } = await import('../blocklist/common-passwords.js')
    const all = COMMON_PASSWORDS.trim().split(/\s+/)
    expect(all.filter(({ length }) => length >= 8).length).toBeGreaterThanOrEqual(3_000)
    expect(new Set(all).size).toBe(all.length)
    for (const one of all.slice(0, 50)) expect(await list.has(one)).toBe(true)
  })

  test('may be another list, or none', async () => {
    const blocklist: Blocklist = { has: async (password) => password === GOOD }
    expect(await codes(GOOD, {}, { blocklist })).toEqual(['common'])
    expect(await codes('passwordpassword', {}, { blocklist: false })).toEqual([])
  })
})

describe('a breach port', () => {
  test('is asked for what is otherwise good, with the normalised password', async () => {
    const breached = { isBreached: vi.fn(async () => true) }
    const { signal } = new AbortController()
    expect(await codes('short', {}, { breached })).toEqual(['too_short'])
    expect(breached.isBreached).not.toHaveBeenCalled()
    expect(await codes('ﬁjord marble violet', { signal }, { breached })).toEqual(['breached'])
    expect(breached.isBreached).toHaveBeenCalledWith('fijord marble violet', { signal })
  })

  test('that fails lets nothing through', async () => {
    const cause = new Error('away')
    const own = createPasswordPolicy({ breached: { isBreached: () => Promise.reject(cause) } })
    await expect(own.check(GOOD)).rejects.toMatchObject({ code: 'UNAVAILABLE', cause })
  })

  test('that answers something else than no lets nothing through', async () => {
    expect(await codes(GOOD, {}, { breached: { isBreached: async () => undefined } })).toEqual(['breached'])
  })
})

describe('createPasswordPolicy', () => {
  test.each([
    ['minLength', { minLength: 0 }],
    ['minLength', { minLength: 1_025 }],
    ['minLengthWithMfa', { minLengthWithMfa: 1.5 }],
    ['maxBytes', { maxBytes: 63 }],
    ['maxBytes', { maxBytes: 1_025 }],
    ['blocklist', { blocklist: ['password'] }],
    ['breached', { breached: {} }],
    ['context', { context: 'shop' }],
    ['composition', { composition: null }],
    ['composition', { composition: 'upper' }],
    ['composition.upper', { composition: { upper: 1 } }],
    ['composition.maxRepeated', { composition: { maxRepeated: 0 } }],
  ])('refuses a wrong %s', (option, options) => {
    expect(() => createPasswordPolicy(options as never)).toThrow(`createPasswordPolicy: ${option} must be`)
  })
})
