import { describe, expect, test } from 'vitest'
import { createIdempotency, memoryIdempotencyStore } from './idempotency/index.js'

const idempotency = createIdempotency({ store: memoryIdempotencyStore() })

/** What takes options that may all be left out, and the pattern that its errors name. */
const DOORS: readonly (readonly [pattern: string, open: (options: never) => unknown])[] = [
  ['memoryIdempotencyStore', memoryIdempotencyStore],
  ['Idempotency.run', (options) => idempotency.run('k', 'fingerprint', () => 1, options)],
]

const WRONG = [5, 'text', null, [], () => {}, AbortSignal.abort()].map((wrong) => ({ wrong }))

describe.each(DOORS)('%s', (pattern, open) => {
  test.each(WRONG)('refuses $wrong in place of its options', async ({ wrong }) => {
    const failure = await (async () => open(wrong as never))().catch((error: unknown) => error)
    expect(failure).toMatchObject({
      code: 'INVALID_OPTION',
      details: { package: '@base/application', pattern, option: 'options', allowed: 'an object' },
    })
  })
})
