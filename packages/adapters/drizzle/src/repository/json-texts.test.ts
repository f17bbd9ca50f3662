import { always, where } from '@base/domain/specification'
import { integer, json, jsonb, pgTable } from 'drizzle-orm/pg-core'
import { beforeAll, expect, test } from 'vitest'
import { describeDatabases } from '../test-databases.js'
import { drizzleRepository } from './drizzle-repository.js'

const settings = pgTable('settings', {
  id: integer().primaryKey(),
  value: jsonb().$type<unknown>(),
  draft: json().$type<unknown>(),
  version: integer().notNull(),
})

const VALUES = [
  '90210',
  'true',
  'null',
  '{"a":1}',
  '"quoted"',
  'plain',
  '',
  7,
  false,
  ['1', 1],
  { a: '1' },
  null,
]

/** Drizzle parses a text that it reads from JSON once more. */
describeDatabases((database) => {
  beforeAll(() =>
    database.run(
      'create table settings (id integer primary key, value jsonb, draft json, version integer not null)',
    ),
  )

  test.each(VALUES.map((value, index) => [JSON.stringify(value), value, index] as const))(
    'the JSON %s is read as what it was written as',
    async (_, value, id) => {
      const repository = drizzleRepository({ executor: database.db, table: settings })
      const setting = { id, value, draft: value, version: 0 }
      expect(await repository.save(setting)).toEqual({ ...setting, version: 1 })
      expect(await repository.getById(id)).toEqual({ ...setting, version: 1 })
      expect(await repository.saveMany([{ ...setting, version: 1 }])).toEqual([{ ...setting, version: 2 }])
      expect(await repository.save({ ...setting, version: 2 })).toEqual({ ...setting, version: 3 })

      const same = where<typeof setting>().equals('id', id)
      expect(await repository.find(same as never)).toEqual([{ ...setting, version: 3 }])
      expect((await repository.findPage(same as never, { limit: 1 })).items).toEqual([
        { ...setting, version: 3 },
      ])
    },
  )

  test('what is found is what memory finds among the rows that are read', async () => {
    const repository = drizzleRepository({ executor: database.db, table: settings })
    const rows = await repository.find(always())
    for (const value of ['90210', 'true', 'null', '', 7, false]) {
      const same = where<{ value: string | number | boolean }>().equals('value', value)
      const found = await repository.find(same as never)
      expect(found.map(({ id }) => id)).toEqual(
        rows.filter((row) => same.isSatisfiedBy(row as never)).map(({ id }) => id),
      )
      expect(found).toHaveLength(1)
    }
  })
})
