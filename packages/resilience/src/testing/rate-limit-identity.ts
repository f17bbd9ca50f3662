import { assert } from '@base/core/testing'
import { HOUR, type Law, limitOf } from './rate-limits.js'

/** Whose counts they are. */
export function identity(law: Law): void {
  law('keys do not know each other', async ({ store }) => {
    const limit = limitOf([{ limit: 1, window: HOUR }])
    for (const key of [
      'a',
      'A',
      'a ',
      'a:b',
      'b',
      '{a}',
      '*',
      '__proto__',
      'constructor',
      'ä',
      'a\u0308',
      '😀',
    ])
      assert.equal((await store.consume(key, 1, limit)).allowed, true, key)
  })

  law(
    'limits of other names do not know each other, however they are joined with a key',
    async ({ store }) => {
      const policies = [{ limit: 1, window: HOUR }] as const
      for (const [name, key] of [
        ['a', 'b:c'],
        ['a:b', 'c'],
        ['a', 'b'],
        ['b', 'a'],
      ] as const)
        assert.equal((await store.consume(key, 1, limitOf(policies, name))).allowed, true, `${name}, ${key}`)
    },
  )

  law('limits of the same name and policies share their counts, of other policies not', async ({ store }) => {
    await store.consume('a', 1, limitOf([{ limit: 1, window: HOUR }]))
    assert.equal((await store.consume('a', 1, limitOf([{ limit: 1, window: HOUR }]))).allowed, false)
    const others = [
      { algorithm: 'fixed_window' },
      { limit: 2, burst: 1 },
      { window: HOUR / 2 },
      { burst: 2 },
    ] as const
    for (const other of [...others, { name: 'other' }]) {
      const limit = limitOf([{ limit: 1, window: HOUR, ...other }])
      assert.equal((await store.consume('a', 1, limit)).allowed, true, Object.keys(other)[0])
    }
  })
}
