import { describe, expectTypeOf, test } from 'vitest'
import { createTotp, hotpCode, memoryTotpStore, type TotpStore, totpCode } from './index.js'

describe('totp', () => {
  test('answers yes or no', () => {
    const totp = createTotp({ issuer: 'Example Shop' })
    expectTypeOf(totp.verify('ann', '123456')).resolves.toEqualTypeOf<boolean>()
    expectTypeOf(totp.enroll('ann', { account: 'a' })).resolves.toEqualTypeOf<{
      readonly secret: string
      readonly uri: string
    }>()
    // @ts-expect-error an app must show whose codes these are
    createTotp({})
    // @ts-expect-error and for which account
    totp.enroll('ann')
  })

  test('codes are texts, for zeros stand before them', () => {
    expectTypeOf(totpCode('x', { time: 0 })).toEqualTypeOf<string>()
    totpCode('x', { time: undefined, period: undefined, algorithm: undefined, digits: undefined })
    expectTypeOf(memoryTotpStore()).toEqualTypeOf<TotpStore>()
    // @ts-expect-error which code must be said
    hotpCode('x')
  })
})
