import { runs } from '@base-internal/tools/soak'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AuthError } from '../../errors/auth-error.js'
import type { RefreshTokens } from '../index.js'
import { type Bench, benchOf, inputOf } from './refresh.fixture.js'

const GRACE = 10_000

/** What may happen to a family: somebody presents a token of some generation, time passes, somebody signs out. */
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ present: fc.nat({ max: 9 }), client: fc.constantFrom('web', 'web', 'mobile') }),
  },
  { weight: 3, arbitrary: fc.record({ pass: fc.constantFrom(1, 5_000, 9_999, 10_000, 60_000, 86_400_000) }) },
  { weight: 1, arbitrary: fc.constant({ revoke: true } as const) },
)

/** The rules in their simplest form: which generation is the present one, since when, and whether it is all over. */
class Model {
  present = 0
  rotatedAt = Number.NEGATIVE_INFINITY
  usedAt = 0
  isRevoked = false
  now = 0

  expect(generation: number, client: string): string {
    if (client !== 'web') return 'REFRESH_INVALID'
    if (this.isRevoked) return 'REFRESH_REVOKED'
    if (this.now >= 30 * 86_400_000) return 'REFRESH_EXPIRED'
    if (generation === this.present - 1 && this.now < this.rotatedAt + GRACE) return 'repeated'
    if (generation < this.present) {
      this.isRevoked = true
      return 'REFRESH_REUSED'
    }
    if (this.now >= this.usedAt + 7 * 86_400_000) return 'REFRESH_EXPIRED'
    this.present += 1
    this.rotatedAt = this.now
    this.usedAt = this.now
    return 'rotated'
  }
}

/** Presents a token, and says what came of it. */
async function present(
  bench: Bench,
  tokens: string[],
  generation: number,
  clientId: string,
): Promise<string> {
  const result = await bench.refresh.rotate(tokens[generation] ?? '', { clientId })
  if (!result.ok) return result.error.code
  if (result.value.refreshToken === tokens[generation + 1]) return 'repeated'
  tokens.push(result.value.refreshToken)
  return 'rotated'
}

describe('a refresh service', () => {
  test('follows its rules, whatever is presented, in whatever order, at whatever time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const bench = benchOf()
        const first = await bench.refresh.start({ sub: 'ann', clientId: 'web' })
        const tokens = [first.refreshToken]
        const model = new Model()
        for (const one of steps) {
          if ('pass' in one) {
            model.now += one.pass
            await bench.clock.advance(one.pass)
          } else if ('revoke' in one) {
            model.isRevoked = true
            await bench.refresh.revokeFamily(first.familyId)
          } else {
            const generation = one.present % tokens.length
            const expected = model.expect(generation, one.client)
            expect(await present(bench, tokens, generation, one.client)).toBe(expected)
          }
        }
      }),
    )
  })

  test('refuses a token of which any one bit is changed, and the family lives', async () => {
    const { refresh } = benchOf()
    const { refreshToken } = await refresh.start({ sub: 'ann', clientId: 'web' })
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 67 }), fc.nat({ max: 7 }), async (index, bit) => {
        const bytes = Buffer.from(refreshToken, 'latin1')
        bytes[index] = (bytes[index] ?? 0) ^ (1 << bit)
        const result = await refresh.rotate(bytes.toString('latin1'), { clientId: 'web' })
        expect(result).toMatchObject({ ok: false, error: { code: 'REFRESH_INVALID' } })
      }),
    )
    expect((await refresh.rotate(refreshToken, { clientId: 'web' })).ok).toBe(true)
  })

  test('never lets a scope grow beyond what was granted, and gives each access token what was asked for', async () => {
    const names = ['read', 'write', 'admin', 'delete'] as const
    const scope = fc.subarray([...names], { minLength: 1 }).map((all) => all.join(' '))
    await fc.assert(
      fc.asyncProperty(
        scope,
        fc.array(fc.option(scope, { nil: undefined }), { maxLength: 8 }),
        async (granted, asked) => {
          const { refresh } = benchOf()
          let tokens: RefreshTokens = await refresh.start({ sub: 'ann', clientId: 'web', scope: granted })
          const has = new Set<string>(granted.split(' '))
          for (const one of asked) {
            const result = await refresh.rotate(tokens.refreshToken, { clientId: 'web', scope: one })
            expect(result.ok).toBe(one === undefined || one.split(' ').every((name) => has.has(name)))
            if (!result.ok) continue
            tokens = result.value
            expect(inputOf(tokens).scope).toBe(one ?? granted)
          }
        },
      ),
    )
  })

  test('answers whatever is sent with a refusal of ours', async () => {
    const { refresh } = benchOf()
    const { refreshToken, familyId } = await refresh.start({ sub: 'ann', clientId: 'web', scope: 'read' })
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 100 }),
      fc.stringMatching(/^[\w-]{68}$/),
      fc.stringMatching(/^[\w-]{44}$/).map((secret) => familyId + secret),
      fc.constant(refreshToken),
      fc.constantFrom('__proto__', 'constructor', 'a.b.c', '\0'.repeat(68)),
    )
    const options = fc.record(
      { clientId: fc.oneof(fc.constant('web'), fc.anything()), scope: fc.anything(), jkt: fc.anything() },
      { requiredKeys: [] },
    )
    await fc.assert(
      fc.asyncProperty(fc.oneof(text, fc.anything()), options, async (token, more) => {
        // What is good is left out: it would use the family up.
        fc.pre(!(token === refreshToken && more.clientId === 'web' && more.scope === undefined))
        const result = await refresh.rotate(token as never, more as never)
        expect(result.ok ? undefined : result.error).toBeInstanceOf(AuthError)
        if (!result.ok) expect(result.error.code).toMatch(/^REFRESH_/)
      }),
      { numRuns: runs({ ci: 2_000, soak: 100_000 }) },
    )
    expect((await refresh.rotate(refreshToken, { clientId: 'web' })).ok).toBe(true)
  })
})
