import { type Item, repositoryConformance } from '@base/domain/testing'
import { integer, pgTable } from 'drizzle-orm/pg-core'
import { beforeAll, test } from 'vitest'
import { describeDatabases } from '../test-databases.js'
import { drizzleRepository } from './drizzle-repository.js'

const items = pgTable('items', {
  id: integer().primaryKey(),
  n: integer().notNull(),
  version: integer().notNull(),
})

describeDatabases((database) => {
  beforeAll(() =>
    database.run('create table items (id integer primary key, n integer not null, version integer not null)'),
  )

  repositoryConformance(
    async () => {
      await database.run('truncate items')
      return { subject: drizzleRepository<typeof items, Item>({ executor: database.db, table: items }) }
    },
    { test },
  )
})
