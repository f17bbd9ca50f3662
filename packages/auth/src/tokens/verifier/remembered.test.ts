import crypto from 'node:crypto'
import { TestClock } from '@base/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { GOOD } from '../fixtures/forge.js'
import type { KeySource, VerificationKey } from '../index.js'
import { StaticKeySet } from '../keys/static-key-set.js'
import { publicKey, token, verifierWith } from './verifier.fixture.js'

/** A source whose one key can be taken away and given back, and how often the key was used. */
function changingSource() {
  const state = { isThere: true, isAway: false, used: 0, asked: 0 }
  const key: VerificationKey = {
    kid: publicKey.kid,
    algorithms: publicKey.algorithms,
    cryptoKey: (algorithm) => {
      state.used++
      return publicKey.cryptoKey(algorithm)
    },
  }
  const current = async () => {
    state.asked++
    if (state.isAway) throw new Error('the keys are away')
    return new StaticKeySet(state.isThere ? [key] : [])
  }
  const source: KeySource = { current, refresh: current }
  return { state, source }
}

async function codeOf(verifying: ReturnType<ReturnType<typeof verifierWith>['verify']>): Promise<string> {
  const result = await verifying
  return result.ok ? 'ok' : result.error.code
}

describe('a token that was good before', () => {
  test('is refused once its key is gone, and verified anew when the key is back', async () => {
    const { state, source } = changingSource()
    const verifier = verifierWith({ keys: source })
    const text = await token()
    expect([await codeOf(verifier.verify(text)), await codeOf(verifier.verify(text)), state.used]).toEqual([
      'ok',
      'ok',
      1,
    ])
    state.isThere = false
    expect(await codeOf(verifier.verify(text))).toBe('TOKEN_UNKNOWN_KEY')
    state.isThere = true
    expect([await codeOf(verifier.verify(text)), state.used]).toEqual(['ok', 2])
  })

  test('is refused while nobody can say whether its key is', async () => {
    const { state, source } = changingSource()
    const verifier = verifierWith({ keys: source })
    const text = await token()
    await verifier.verify(text)
    state.isAway = true
    expect(await codeOf(verifier.verify(text))).toBe('KEYS_UNAVAILABLE')
    state.isAway = false
    expect([await codeOf(verifier.verify(text)), state.used]).toEqual(['ok', 1])
  })

  test('is forgotten when it is over, and only then', async () => {
    const { state, source } = changingSource()
    let now = GOOD.iat * 1_000
    const clock = new TestClock()
    clock.now = () => now
    const verifier = verifierWith({ keys: source, clock })
    const text = await token({ ...GOOD, nbf: GOOD.iat })
    await verifier.verify(text)
    // A clock that steps back: too early is no reason to verify it once more.
    now -= 60_000
    expect(await codeOf(verifier.verify(text))).toBe('TOKEN_NOT_YET_VALID')
    now += 60_000
    expect([await codeOf(verifier.verify(text)), state.used]).toEqual(['ok', 1])
    now += 3_600_000
    expect(await codeOf(verifier.verify(text))).toBe('TOKEN_EXPIRED')
    now -= 3_600_000
    expect([await codeOf(verifier.verify(text)), state.used]).toEqual(['ok', 2])
  })
})

test('what is too long to be a token is not even hashed', async () => {
  const verifier = verifierWith()
  const hash = vi.spyOn(crypto, 'hash')
  await verifier.verify('a'.repeat(8_193))
  expect(hash).not.toHaveBeenCalled()
  await verifier.verify('a'.repeat(8_192))
  expect(hash).toHaveBeenCalledTimes(1)
  hash.mockRestore()
})

test('nobody is asked for keys once the signal is aborted', async () => {
  const { state, source } = changingSource()
  const reason = new Error('gone')
  const verifying = verifierWith({ keys: source }).verify(await token(), {
    signal: AbortSignal.abort(reason),
  })
  await expect(verifying).rejects.toBe(reason)
  expect(state.asked).toBe(0)
})
