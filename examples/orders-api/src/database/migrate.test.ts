import { always } from '@base/domain/specification'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStores } from '../stores.ts'
import { type Database, openDatabase } from './database.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations.ts'

let database: Database
beforeAll(async () => {
  database = await openDatabase('memory://')
})
afterAll(() => database?.close())

const applied = async () =>
  (await database.query<{ name: string }>('select name from migrations order by name')).rows.map(
    ({ name }) => name,
  )

describe('migrations', () => {
  test('run once, however often the service starts', async () => {
    await migrate(database, migrations)
    await database.query("insert into customers values ('bob', 'Bob', 'bob@example.com')")
    await migrate(database, migrations)

    expect(await applied()).toEqual(migrations.map(({ name }) => name))
    expect((await database.query('select * from customers')).rows).toHaveLength(1)
  })

  test('that break leave nothing, and those before them stay', async () => {
    const good = { name: '9001_good', sql: 'create table good (n integer)' }
    const broken = { name: '9002_broken', sql: 'create table half (n integer); select no_such_function()' }

    await expect(migrate(database, [...migrations, good, broken])).rejects.toThrow('no_such_function')
    expect(await applied()).toContain('9001_good')
    expect(await applied()).not.toContain('9002_broken')
    await expect(database.query('select * from half')).rejects.toThrow('does not exist')
  })

  test('keep the orders of a shop from before there were versions and payments', async () => {
    const old = await openDatabase('memory://')
    await migrate(old, migrations.slice(0, 1))
    await old.exec(`
      insert into customers values ('bob', 'Bob', 'bob@example.com');
      insert into items values ('PEN', 'Pen', '', 500, 3, 'active');
      insert into orders (id, customer, address, notes, status, subtotal, discount, shipping, total, placed_at, expected_by)
      values ('01890a5d-ac96-774b-bcce-b302099a8057', 'bob', 'Rome', '', 'confirmed', 1000, 0, 990, 1990, now(), now());
      insert into order_lines values (1, 0, 'PEN', 'Pen', 2, 500, 0, 0, 1000)`)
    await migrate(old, migrations)
    const { orders, items } = openStores(old)
    const page = await orders.findPage(always(), { orderBy: [{ field: 'number' }] })
    const pen = await items.findById('PEN')
    await old.close()

    expect(page.items).toMatchObject([{ version: 1, status: 'confirmed', total: 1_990, paymentAsked: false }])
    expect(pen).toMatchObject({ stock: 3, version: 1 })
  })
})
