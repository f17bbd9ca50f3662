import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRecoveryCodes } from './index.js'

type Step =
  | { readonly do: 'generate'; readonly sub: number; readonly count: number }
  | { readonly do: 'redeem'; readonly sub: number; readonly code: number }
  | { readonly do: 'remove'; readonly sub: number }

const sub = fc.integer({ min: 0, max: 2 })
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('generate'), sub, count: fc.integer({ min: 1, max: 4 }) }),
  { weight: 4, arbitrary: fc.record({ do: fc.constant('redeem'), sub, code: fc.nat(20) }) },
  fc.record({ do: fc.constant('remove'), sub }),
) as fc.Arbitrary<Step>

test('any order of calls redeems exactly the codes that a subject was given last and has not used', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const recovery = createRecoveryCodes()
      const given: string[] = []
      const good = new Map<number, Set<string>>()
      for (const next of steps) {
        const owner = `sub-${next.sub}`
        const own = good.get(next.sub) ?? new Set()
        if (next.do === 'generate') {
          const codes = await recovery.generate(owner, next.count)
          given.push(...codes)
          good.set(next.sub, new Set(codes))
        } else if (next.do === 'remove') {
          expect(await recovery.remove(owner)).toBe(own.size > 0)
          good.delete(next.sub)
        } else if (given.length > 0) {
          const code = given[next.code % given.length] as string
          expect(await recovery.redeem(owner, code)).toBe(own.delete(code))
        }
        expect(await recovery.remaining(owner)).toBe(good.get(next.sub)?.size ?? 0)
      }
    }),
  )
})

test('no other code is good: any character that is changed makes it another', async () => {
  const recovery = createRecoveryCodes()
  const [code = ''] = await recovery.generate('ann', 1)
  const bare = code.replaceAll('-', '')
  const characters = [...'0123456789ABCDEFGHJKMNPQRSTVWXYZ']
  await fc.assert(
    fc.asyncProperty(fc.nat(23), fc.constantFrom(...characters), async (at, character) => {
      fc.pre(bare[at] !== character)
      expect(await recovery.redeem('ann', bare.slice(0, at) + character + bare.slice(at + 1))).toBe(false)
    }),
  )
  expect(await recovery.redeem('ann', code)).toBe(true)
})
