import { errorKind } from '@base/core/errors'
import { assert, type Law } from '@base/core/testing'
import { always } from '../specification/combine.js'
import { type Item, type Items, item } from './subject.js'

const WRITERS = Array.from({ length: 10 }, (_, writer) => writer)

/** The writer that succeeded; all others must have met a conflict. */
async function winnerOf(write: (writer: number) => Promise<unknown>): Promise<number> {
  const outcomes = await Promise.allSettled(WRITERS.map(write))
  const winners = WRITERS.filter((writer) => outcomes[writer]?.status === 'fulfilled')
  assert.equal(winners.length, 1, 'how many of ten at once succeeded')
  for (const outcome of outcomes)
    if (outcome.status === 'rejected' && errorKind(outcome.reason) !== 'conflict') throw outcome.reason
  return winners[0] as number
}

const kept = async (items: Items): Promise<Item[]> =>
  (await items.find(always(), { orderBy: [{ field: 'id' }] })).map(({ id, n, version }) => ({
    id,
    n,
    version,
  }))

/** Writers at once. */
export function racing(law: Law<Items>): void {
  law('of ten that save one version at once one succeeds, and the others are conflicts', async (items) => {
    const read = await items.save(item(1, 100))
    const n = await winnerOf((writer) => items.save({ ...read, n: writer }))
    assert.deepEqual(await kept(items), [{ id: 1, n, version: 2 }])
  })

  law(
    'of ten that make one of the same id at once one succeeds, and the others are conflicts',
    async (items) => {
      const n = await winnerOf((writer) => items.save(item(1, writer)))
      assert.deepEqual(await kept(items), [{ id: 1, n, version: 1 }])
    },
  )

  law('of ten that save several at once one succeeds, whole, and the others are conflicts', async (items) => {
    const read = await items.saveMany([item(1, 100), item(2, 100)])
    const n = await winnerOf((writer) => {
      const changed = read.map((one) => ({ ...one, n: writer }))
      return items.saveMany(writer % 2 === 0 ? changed : changed.reverse())
    })
    const both = [1, 2].map((id) => ({ id, n, version: 2 }))
    assert.deepEqual(await kept(items), both)
  })

  law('of ten that delete one at once one did', async (items) => {
    await items.saveMany([item(1), item(2)])
    const deleted = await Promise.all(WRITERS.map(() => items.delete(1)))
    assert.equal(deleted.filter(Boolean).length, 1, 'how many of ten at once deleted it')
    assert.equal(await items.count(always()), 1)
  })

  law('a save that is under way does not bring back what is deleted', async (items) => {
    for (const id of WRITERS) {
      const read = await items.save(item(id))
      const saving = items.save({ ...read, n: 100 })
      const [saved, deleted] = await Promise.allSettled([saving, items.delete(id)])
      const kind = saved.status === 'rejected' ? errorKind(saved.reason) : undefined
      assert.ok(
        kind === undefined || kind === 'not_found' || kind === 'conflict',
        `the save was refused: ${kind}`,
      )
      assert.deepEqual(deleted, { status: 'fulfilled', value: true })
    }
    assert.deepEqual(await kept(items), [])
  })
}
