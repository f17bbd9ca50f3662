import { TestClock } from '@base/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createActionTokens, memoryActionTokenStore } from './index.js'

const SUBJECTS = ['ann', 'bob']
const PURPOSES = ['reset', 'invite']
const TTL = 1_000

interface Known {
  readonly token: string
  readonly sub: string
  readonly purpose: string
  readonly endsAt: number
  readonly state: number
  isGood: boolean
}

const sub = fc.constantFrom(...SUBJECTS)
const purpose = fc.constantFrom(...PURPOSES)
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('issue' as const), sub, purpose }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('redeem' as const), which: fc.nat(20), purpose }) },
  fc.record({ do: fc.constant('revoke' as const), sub, purpose }),
  fc.record({ do: fc.constant('change' as const), sub }),
  fc.record({ do: fc.constant('wait' as const), time: fc.integer({ min: 1, max: TTL }) }),
)

test('any order of calls redeems exactly the tokens that are new, of that purpose, in time, and of a state that stands', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const clock = new TestClock()
      const store = memoryActionTokenStore({ clock })
      const states = new Map(SUBJECTS.map((name) => [name, 0]))
      const state = (name: string) => String(states.get(name))
      const services = new Map(
        PURPOSES.map((name) => [name, createActionTokens({ store, purpose: name, ttl: TTL, state, clock })]),
      )
      const known: Known[] = []
      const end = (name: string, of: string) => {
        for (const other of known) if (other.sub === name && other.purpose === of) other.isGood = false
      }
      for (const next of steps) {
        if (next.do === 'wait') await clock.advance(next.time)
        else if (next.do === 'change') states.set(next.sub, (states.get(next.sub) ?? 0) + 1)
        else if (next.do === 'revoke') {
          await services.get(next.purpose)?.revokeAll(next.sub)
          end(next.sub, next.purpose)
        } else if (next.do === 'issue') {
          const issued = await services.get(next.purpose)?.issue(next.sub)
          const facts = { sub: next.sub, purpose: next.purpose, state: states.get(next.sub) ?? 0 }
          known.push({ token: issued?.token ?? '', endsAt: issued?.expiresAt ?? 0, isGood: true, ...facts })
        } else if (known.length > 0) {
          const it = known[next.which % known.length] as Known
          const isInTime = clock.now() < it.endsAt && states.get(it.sub) === it.state
          const expected = it.isGood && it.purpose === next.purpose && isInTime
          const service = services.get(next.purpose)
          expect((await service?.verify(it.token))?.ok).toBe(expected)
          expect((await service?.redeem(it.token))?.ok).toBe(expected)
          if (expected) end(it.sub, it.purpose)
        }
      }
    }),
  )
})

test('no other text is a token: any character that is changed makes it another', async () => {
  const tokens = createActionTokens({ purpose: 'reset' })
  const { token } = await tokens.issue('ann')
  await fc.assert(
    fc.asyncProperty(
      fc.nat(67),
      fc.string({ unit: 'binary', minLength: 0, maxLength: 2 }),
      async (at, text) => {
        fc.pre(token[at] !== text)
        expect((await tokens.redeem(token.slice(0, at) + text + token.slice(at + 1))).ok).toBe(false)
      },
    ),
  )
  expect((await tokens.redeem(token)).ok).toBe(true)
})
