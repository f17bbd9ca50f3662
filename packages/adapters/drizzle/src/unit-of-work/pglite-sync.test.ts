import { MemoryFS, PGlite } from '@electric-sql/pglite'
import { integer, pgTable } from 'drizzle-orm/pg-core'
import { drizzle } from 'drizzle-orm/pglite'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { migrate } from '../migrate/index.js'
import { drizzleRepository } from '../repository/index.js'
import { pglite } from './index.js'
import { item, rejection, TABLE, unitsOn } from './test-units.js'

/** A file system that keeps what it has when it is told to, as that of a browser does. */
class BrowserFs extends MemoryFS {
  /** How often it was told. */
  syncs = 0
  fails = false

  override async syncToFs(): Promise<void> {
    this.syncs++
    if (this.fails) throw new Error('QuotaExceededError')
  }
}

describe('on a file system that is told when to keep', () => {
  const items = pgTable('items', {
    id: integer().primaryKey(),
    n: integer().notNull(),
    version: integer().notNull(),
  })
  const fs = new BrowserFs()
  let client: PGlite
  beforeAll(async () => {
    client = await PGlite.create({ fs })
    await client.exec(TABLE)
  }, 60_000)
  beforeEach(async () => {
    await client.exec('delete from items')
  })
  afterAll(() => client.close())

  test('a unit has succeeded when that has kept what it has committed', async () => {
    let before = 0
    await unitsOn(pglite(client)).run(async (tx) => {
      before = fs.syncs
      await tx.items.save(item(1))
    })
    expect(fs.syncs).toBe(before + 1)
  })

  test('one that could not be kept has perhaps taken effect', async () => {
    const run = unitsOn(pglite(client)).run(async (tx) => {
      await tx.items.save(item(1))
      fs.fails = true
    })
    expect(await rejection(run)).toMatchObject({ code: 'COMMIT_UNKNOWN' })
    fs.fails = false
  })

  test('a unit that is rolled back keeps nothing', async () => {
    let before = 0
    const run = unitsOn(pglite(client)).run(async (tx) => {
      before = fs.syncs
      await tx.items.save(item(1))
      throw new Error('no stock')
    })
    await rejection(run)
    expect(fs.syncs).toBe(before)
  })

  test('saveMany and migrations are kept', async () => {
    const other = new BrowserFs()
    await using unwatched = await PGlite.create({ fs: other })
    const db = drizzle(unwatched)
    await migrate(db, [{ name: '001', sql: TABLE }])
    const inTransaction: number[] = []
    const transaction = unwatched.transaction.bind(unwatched)
    unwatched.transaction = (fn) =>
      transaction((tx) => {
        inTransaction.push(other.syncs)
        return fn(tx)
      })
    await drizzleRepository({ executor: db, table: items }).saveMany([item(1), item(2)])
    expect(other.syncs).toBeGreaterThan(inTransaction.at(-1) as number)
  })

  test('what saveMany could not keep has perhaps taken effect', async () => {
    const other = new BrowserFs()
    await using unwatched = await PGlite.create({ fs: other })
    await unwatched.exec(TABLE)
    const transaction = unwatched.transaction.bind(unwatched)
    unwatched.transaction = (fn) =>
      transaction(async (tx) => {
        const result = await fn(tx)
        other.fails = true
        return result
      })
    const stored = drizzleRepository({ executor: drizzle(unwatched), table: items })
    const error = await rejection(stored.saveMany([item(1), item(2)]))
    other.fails = false
    expect(error).toMatchObject({ code: 'COMMIT_UNKNOWN', kind: 'unavailable' })
  })
})
