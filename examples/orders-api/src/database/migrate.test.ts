import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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
})
