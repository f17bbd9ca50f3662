import { runs } from '@base-internal/tools/soak'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { memoryLogger } from '../testing/index.js'

const SECRET = 'Hunter2Hunter2'
const text = fc.string({ unit: fc.constantFrom(...`"\\\n/{}[]:, ab1é`), maxLength: 12 })
const around = fc.dictionary(fc.constantFrom('a', 'b', 'tokens', 'it'), fc.jsonValue({ maxDepth: 2 }))

/** JSON within JSON, so many times. */
function within(value: unknown, times: number, space: number): string {
  const json = JSON.stringify(value, null, space)
  return times === 0 ? json : within({ body: json, more: 1 }, times - 1, space)
}

test('JSON shows no value of a name that is hidden, and is the same JSON otherwise', () => {
  fc.assert(
    fc.property(
      fc.tuple(text, text),
      fc.constantFrom('text', 'list', 'object'),
      fc.tuple(around, around),
      fc.tuple(fc.nat(3), fc.constantFrom(0, 2)),
      fc.nat(40),
      ([before, after], kind, [first, last], [times, space], cut) => {
        const secret = `${before}${SECRET}${after}`
        const held = { text: secret, list: [before, [secret], after], object: { [before]: { x: secret } } }[
          kind
        ]
        const sent = (password: unknown) => within({ ...first, password, last }, times, space)
        const memory = memoryLogger({ redact: { defaults: false, keys: ['password'] } })
        memory.logger.info(sent(held))
        memory.logger.info(`of ${sent(held).slice(0, -1 - cut)}`)
        expect(memory.text).not.toContain(SECRET)
        expect(memory.lines[0]?.['msg']).toBe(sent('[Redacted]'))
      },
    ),
    { numRuns: runs({ ci: 300, soak: 20_000 }) },
  )
})
