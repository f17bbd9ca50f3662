import { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import { AuthError, requireStepUp, StepUpRequiredError } from '../index.js'

const clock = new TestClock()
const now = clock.now() / 1_000
const never = (value: unknown): never => value as never

/** What it is refused with. */
function refusal(claims: unknown, options: object): StepUpRequiredError | undefined {
  try {
    requireStepUp(never(claims), { clock, ...options })
    return undefined
  } catch (error) {
    expect(error).toBeInstanceOf(StepUpRequiredError)
    return error as StepUpRequiredError
  }
}

describe('requireStepUp', () => {
  test('gives the claims back where they are enough', () => {
    const claims = { sub: 'ann', auth_time: now - 60, amr: ['pwd', 'otp'], acr: 'high' }
    const options = { maxAge: '5m', amr: ['otp', 'pwd'], acr: ['higher', 'high'], clock } as const
    expect(requireStepUp(claims, options)).toBe(claims)
  })

  test.each([
    [0, true],
    [300, true],
    [301, false],
    [-60, true],
    [-61, false],
    ['60', false],
    [undefined, false],
    [Number.NaN, false],
  ])('takes a sign-in of %s s ago within five minutes: %s', (age, isEnough) => {
    const auth_time = typeof age === 'number' ? now - age : age
    expect(refusal({ auth_time }, { maxAge: '5m' }) === undefined).toBe(isEnough)
  })

  test.each([[['pwd']], [[]], ['otp'], [undefined], [{ includes: () => true }], [['OTP']]])(
    'refuses where otp was not used: %j',
    (amr) => {
      expect(refusal({ amr, auth_time: now }, { amr: 'otp' })?.reason).toBe('The sign-in did not use otp.')
    },
  )

  test('wants every method, and one of the classes', () => {
    expect(refusal({ amr: ['otp'] }, { amr: ['otp', 'hwk'] })).toBeDefined()
    expect(refusal({ acr: 'low' }, { acr: ['high', 'higher'] })?.reason).toBe(
      'The sign-in did not reach high or higher.',
    )
    for (const acr of [undefined, ['high'], '']) expect(refusal({ acr }, { acr: 'high' })).toBeDefined()
  })

  test.each([undefined, null, {}])('takes %j for a sign-in of which nothing is known', (claims) => {
    expect(refusal(claims, { maxAge: '1h' })).toBeDefined()
  })

  test('says to the client what to ask for (RFC 9470)', () => {
    const error = refusal({}, { maxAge: '5m', acr: ['high', 'higher'], amr: 'otp' })
    expect(error).toBeInstanceOf(AuthError)
    expect(error).toMatchObject({
      code: 'STEP_UP_REQUIRED',
      kind: 'unauthenticated',
      message: 'The token is not valid.',
      demand: { maxAge: 300_000, acr: ['high', 'higher'], amr: ['otp'] },
    })
    expect(error?.challenge).toBe(
      'Bearer error="insufficient_user_authentication", acr_values="high higher", max_age="300"',
    )
    expect(refusal({}, { amr: 'otp' })?.challenge).toBe('Bearer error="insufficient_user_authentication"')
  })

  test.each<[string, object | undefined]>([
    ['options', undefined],
    ['options', {}],
    ['maxAge', { maxAge: -1 }],
    ['amr', { amr: [] }],
    ['amr', { amr: [7] }],
    ['amr', { amr: 7 }],
    ['acr', { acr: 'a"b' }],
    ['acr', { acr: 'a b' }],
    ['clock', { maxAge: 1, clock: {} }],
  ])('refuses the option %s: %j', (option, options) => {
    const call = () => requireStepUp({}, never(options))
    expect(call).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', details: expect.objectContaining({ option }) }),
    )
  })
})
