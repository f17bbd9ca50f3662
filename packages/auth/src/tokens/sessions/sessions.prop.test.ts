import { runs } from '@base-internal/tools/soak'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSessions } from '../index.js'

const numRuns = runs({ ci: 2_000, soak: 100_000 })

describe('sessions', () => {
  test('read any Cookie header without harm, and find an id there only in its own form', async () => {
    const sessions = createSessions()
    const { id } = await sessions.create('ann')
    const name = fc.constantFrom('__Host-session', '__host-session', 'session', '__proto__', '')
    const value = fc.oneof(
      fc.constant(id),
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc.stringMatching(/^[\w-]{68}$/),
    )
    const pair = fc.tuple(name, fc.constantFrom('=', ' = ', '', '=='), value).map((parts) => parts.join(''))
    const header = fc.oneof(
      fc.array(pair, { maxLength: 5 }).map((pairs) => pairs.join('; ')),
      fc.string({ unit: 'binary' }),
      fc.anything(),
    )
    fc.assert(
      fc.property(header, (sent) => {
        const found = sessions.readCookie(sent as never)
        if (found !== undefined) expect(found).toMatch(/^[\w-]{68}$/)
      }),
      { numRuns },
    )
  })

  test('take anything for an id, and give nothing for what is none', async () => {
    const sessions = createSessions()
    const { handle, id } = await sessions.create('ann')
    const guess = fc.oneof(
      fc.stringMatching(/^[\w-]{44}$/).map((secret) => handle + secret),
      fc.stringMatching(/^[\w-]{68}$/),
      fc.anything(),
    )
    await fc.assert(
      fc.asyncProperty(guess, fc.nat({ max: 4 }), async (sent, use) => {
        const text = sent as string
        const uses = [
          sessions.get,
          sessions.touch,
          sessions.rotate,
          sessions.destroy,
          sessions.destroyByHandle,
        ]
        expect(await (uses[use] as (id: string) => Promise<unknown>).call(sessions, text)).toBeFalsy()
      }),
      { numRuns },
    )
    expect(await sessions.get(id)).toBeDefined()
  })
})
