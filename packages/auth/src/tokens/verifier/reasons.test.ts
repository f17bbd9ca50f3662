import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import { AUDIENCE, GOOD, ISSUER, NOW } from '../fixtures/forge.js'
import { memoryRevocationStore, type VerifierOptions } from '../index.js'
import { token, verifierWith, without } from './verifier.fixture.js'

async function reasonOf(
  text: string,
  options: Partial<VerifierOptions> = {},
  seconds = NOW,
): Promise<readonly [string, string]> {
  const result = await verifierWith(options, new TestClock({ now: seconds * 1_000 })).verify(text)
  return result.ok ? ['ok', ''] : [result.error.code, result.error.reason]
}

describe('the reason of a refusal, for operators', () => {
  test.each(['iss', 'aud', 'exp', 'sub', 'client_id', 'iat', 'jti'])(
    'names %s where it is missing',
    async (claim) => {
      expect(await reasonOf(await token(without(claim)))).toEqual([
        'TOKEN_INVALID_CLAIMS',
        `Its ${claim} is missing, or not of its type.`,
      ])
    },
  )

  test.each(['nbf', 'scope', 'roles', 'permissions', 'sid', 'epoch', 'cnf', 'auth_time', 'amr', 'acr'])(
    'names %s where it is of another type',
    async (claim) => {
      expect(await reasonOf(await token({ ...GOOD, [claim]: false }))).toEqual([
        'TOKEN_INVALID_CLAIMS',
        `Its ${claim} is missing, or not of its type.`,
      ])
    },
  )

  test.each(['sub', 'jti', 'iat', 'nbf'])('names %s also in a token of another type', async (claim) => {
    const text = await token({ ...GOOD, [claim]: false }, { typ: 'JWT' })
    expect(await reasonOf(text, { typ: 'JWT' })).toEqual([
      'TOKEN_INVALID_CLAIMS',
      `Its ${claim} is missing, or not of its type.`,
    ])
  })

  test('names what the verifier wanted, and nothing of what came', async () => {
    expect(await reasonOf(await token(GOOD, { typ: 'evil' }))).toEqual([
      'TOKEN_WRONG_TYPE',
      'Its typ is not application/at+jwt.',
    ])
    expect(await reasonOf(await token({ ...GOOD, iss: 'evil' }))).toEqual([
      'TOKEN_WRONG_ISSUER',
      `Its iss is not ${ISSUER}.`,
    ])
    expect(await reasonOf(await token({ ...GOOD, aud: 'evil' }), { audience: ['a', AUDIENCE] })).toEqual([
      'TOKEN_WRONG_AUDIENCE',
      `Its aud has none of: a, ${AUDIENCE}.`,
    ])
    expect(await reasonOf(await token('[]'))).toEqual([
      'TOKEN_MALFORMED',
      'The payload is no JSON object, or has a name twice.',
    ])
  })

  test('says by how much a clock is late or early', async () => {
    const [late, early] = [await token(), await token({ ...GOOD, nbf: NOW + 100, iat: NOW + 100 })]
    expect(await reasonOf(late, {}, GOOD.exp + 45)).toEqual(['TOKEN_EXPIRED', 'It expired 45 s ago.'])
    expect(await reasonOf(early)).toEqual(['TOKEN_NOT_YET_VALID', 'It is valid in 100 s.'])
    expect(await reasonOf(late, { maxTokenAge: '5m' }, NOW + 400)).toEqual([
      'TOKEN_EXPIRED',
      'It was issued 400 s ago, which is too long.',
    ])
    expect(await reasonOf(await token({ ...GOOD, iat: NOW + 100 }), { maxTokenAge: '5m' })).toEqual([
      'TOKEN_NOT_YET_VALID',
      'It was issued in 100 s from now.',
    ])
    expect((await reasonOf(await token({ ...GOOD, exp: 0 })))[0]).toBe('TOKEN_EXPIRED')
  })

  test.each([
    ['sub', 'a\0'],
    ['jti', '\ud800'],
    ['sid', '密'.repeat(342)],
    ['sub', 'x'.repeat(1_025)],
  ])('names %s where no store of revocations could be asked by it', async (claim, name) => {
    const text = await token({ ...GOOD, [claim]: name })
    const find = () => Promise.reject(new Error('PostgreSQL refused a value (22021).'))
    const revocations = { ...memoryRevocationStore(), find }
    expect(await reasonOf(text, { revocations })).toEqual([
      'TOKEN_INVALID_CLAIMS',
      `Its ${claim} is none that can be revoked.`,
    ])
    expect(await reasonOf(text)).toEqual(['ok', ''])
  })

  test('asks for a session by its text alone: in tokens of other types sid may be anything', async () => {
    const asked: unknown[] = []
    const revocations = {
      ...memoryRevocationStore(),
      find: async ({ session }: { session?: string | undefined }) => {
        asked.push(session)
        return { revoked: false, epoch: 0 }
      },
    }
    const options = { typ: 'JWT', revocations }
    for (const sid of [7, 's-1', undefined])
      expect(await reasonOf(await token({ ...GOOD, sid }, { typ: 'JWT' }), options)).toEqual(['ok', ''])
    expect(asked).toEqual([undefined, 's-1', undefined])
  })

  test('says what was taken back, or that nobody could say', async () => {
    const revocations = memoryRevocationStore({ clock: new TestClock() })
    await revocations.revoke({ issuer: ISSUER, id: 'token-1', ttl: 1_000 })
    await revocations.revokeAll({ issuer: ISSUER, subject: 'user-2', at: 5, ttl: 1_000 })
    const cause = new Error('down')
    const away = { ...revocations, find: () => Promise.reject(cause) }

    expect(await reasonOf(await token(), { revocations })).toEqual(['TOKEN_REVOKED', 'It was revoked.'])
    expect(await reasonOf(await token({ ...GOOD, jti: 'a', sub: 'user-2' }), { revocations })).toEqual([
      'TOKEN_REVOKED',
      'All tokens of its subject were revoked.',
    ])
    const refused = await verifierWith({ revocations: away }).verify(await token())
    expect(refused).toMatchObject({
      error: { code: 'REVOCATIONS_UNAVAILABLE', reason: 'The revocations could not be read.', cause },
    })
  })
})

describe('the channel base:auth:verifier:refused', () => {
  async function heard(act: () => Promise<unknown>): Promise<unknown[]> {
    const told: unknown[] = []
    const listen = (message: unknown) => told.push(message)
    subscribe('base:auth:verifier:refused', listen)
    await act()
    unsubscribe('base:auth:verifier:refused', listen)
    return told
  }

  test('tells code, reason and issuer of each refusal, of tokens that are new and that were good before', async () => {
    const clock = new TestClock()
    const verifier = verifierWith({}, clock)
    const text = await token()
    const over = await token({ ...GOOD, exp: NOW - 60 })
    const told = await heard(async () => {
      await verifier.verify(text)
      await verifier.verify(over)
      await verifier.verify('nonsense')
      await clock.advance('20m')
      await verifier.verify(text)
    })

    expect(told).toEqual([
      { code: 'TOKEN_EXPIRED', reason: 'It expired 60 s ago.', issuer: ISSUER },
      { code: 'TOKEN_MALFORMED', reason: expect.stringMatching('no compact JWS'), issuer: ISSUER },
      { code: 'TOKEN_EXPIRED', reason: 'It expired 300 s ago.', issuer: ISSUER },
    ])
  })
})
