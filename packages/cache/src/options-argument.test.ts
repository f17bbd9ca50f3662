import { describe, expect, test } from 'vitest'
import { createCache } from './cache/index.js'
import { memoryCacheStore } from './store/index.js'

const cache = createCache({ layers: [memoryCacheStore()] })

/** What takes options, and the pattern that its errors name. */
const DOORS: readonly (readonly [pattern: string, open: (options: never) => unknown])[] = [
  ['createCache', createCache],
  ['Cache', (options) => cache.set('k', 1, options)],
  ['Cache', (options) => cache.setMany([['k', 1, options]])],
  ['Cache', (options) => cache.getOrSet('k', () => 1, options)],
  ['Cache', (options) => cache.cached(function find() {}, options)],
  ['Cache', (options) => cache.warmUp(['k'], () => 1, options)],
  ['memoryCacheStore', memoryCacheStore],
]

const WRONG = [5, 'text', null, [], () => {}, AbortSignal.abort()].map((wrong) => ({ wrong }))

describe.each(DOORS)('%s', (pattern, open) => {
  test.each(WRONG)('refuses $wrong in place of its options', async ({ wrong }) => {
    const failure = await (async () => open(wrong as never))().catch((error: unknown) => error)
    expect(failure).toMatchObject({
      code: 'INVALID_OPTION',
      details: { package: '@base/cache', pattern, option: 'options', allowed: 'an object' },
    })
  })
})
