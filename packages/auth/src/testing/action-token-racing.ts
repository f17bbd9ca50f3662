import { assert, type Law } from '@base/core/testing'
import type { ActionTokenStore } from '../action-tokens/action-token-store.js'
import { add, take } from './action-token-subject.js'

/** Many at once. */
export function races(law: Law<ActionTokenStore>): void {
  const many = Array.from({ length: 50 }, (_, index) => `${index}`)

  law('of 50 that take one token at once exactly one succeeds', async (store) => {
    await add(store, 'a')
    const all = await Promise.all(many.map(() => take(store, 'a')))
    assert.equal(all.filter((taken) => taken !== undefined).length, 1)
  })

  law('of 50 tokens of one subject that are taken at once exactly one succeeds', async (store) => {
    await Promise.all(many.map((name) => add(store, name)))
    const all = await Promise.all(many.map((name) => take(store, name)))
    assert.equal(all.filter((taken) => taken !== undefined).length, 1)
  })

  law('what takes and what removes at once end a token once', async (store) => {
    await add(store, 'a')
    const taken = many.map(async (_, index) =>
      index % 2 === 0
        ? Number((await take(store, 'a')) !== undefined)
        : store.removeAll('reset', 'ann', Date.now()),
    )
    const ended = (await Promise.all(taken)).reduce((sum, count) => sum + count, 0)
    assert.equal(ended, 1)
  })
}
