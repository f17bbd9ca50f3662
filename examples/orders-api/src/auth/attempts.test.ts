import { TestClock } from '@base/core/testing'
import { memoryRateLimitStore } from '@base/resilience/rate-limiter'
import { describe, expect, test } from 'vitest'
import { openCipher } from '../encryption/shop-cipher.ts'
import { createAttempts } from './attempts.ts'

const HOME = '192.0.2.1'
const ELSEWHERE = '198.51.100.7'

function given() {
  const clock = new TestClock()
  const attempts = createAttempts({
    perClient: '100000/minute',
    counts: { store: memoryRateLimitStore({ clock }) },
    cipher: openCipher(undefined, clock),
    clock,
  })
  /** Tries so often, and says how many attempts were let through. */
  const tries = async (times: number, address: string, login = 'ada') => {
    let passed = 0
    for (let n = 0; n < times; n++) {
      passed += await attempts.ofLogin(login, address).then(
        () => 1,
        () => 0,
      )
    }
    return passed
  }
  return { attempts, clock, tries }
}

describe('attempts at a password', () => {
  test('of one address are soon over, and leave the account open from any other', async () => {
    const { tries } = given()

    expect(await tries(2_000, ELSEWHERE)).toBe(20)
    expect(await tries(1, HOME)).toBe(1)
    // Nor is what was refused counted against the account.
    expect(await tries(20, '203.0.113.9')).toBe(20)
  })

  test('of one address at one account leave it the others, and are the same however the account is written', async () => {
    const { tries } = given()

    expect(await tries(30, ELSEWHERE)).toBe(20)
    expect(await tries(30, ELSEWHERE, 'ADA')).toBe(0)
    expect(await tries(30, ELSEWHERE, 'grace')).toBe(20)
  })

  test('of one network of IPv6 are those of one address: its customer has them all', async () => {
    const { tries } = given()
    let passed = 0
    for (let n = 0; n < 30; n++) passed += await tries(2, `2001:db8::${n.toString(16)}`)

    expect(passed).toBe(20)
    expect(await tries(1, '2001:db8:0:1::1')).toBe(1)
    expect(await tries(1, '2001:db8:0:0:1::')).toBe(0)
    expect(await tries(30, '::ffff:192.0.2.1')).toBe(20)
    expect(await tries(1, HOME)).toBe(0)
  })

  test('begin anew for an address once the password was right there, and there alone', async () => {
    const { attempts, tries } = given()
    await tries(20, ELSEWHERE)
    await tries(19, HOME)
    await attempts.loginSucceeded('Ada', HOME)

    expect(await tries(30, HOME)).toBe(20)
    expect(await tries(30, ELSEWHERE)).toBe(0)
  })

  test('of many addresses at one account are over after a thousand in an hour', async () => {
    const { clock, tries } = given()
    let passed = 0
    for (let n = 0; n < 60; n++) passed += await tries(20, `198.51.100.${n}`)

    expect(passed).toBe(1_000)
    await clock.advance('1h')
    expect(await tries(1, HOME)).toBe(1)
  })
})
