import { type Item, repositoryConformance, type SpecificationRow } from '@base/domain/testing'
import {
  bigint,
  boolean,
  doublePrecision,
  integer,
  jsonb,
  numeric,
  pgTable,
  text,
  timestamp,
} from 'drizzle-orm/pg-core'
import { beforeAll, test } from 'vitest'
import { describeDatabases } from '../test-databases.js'
import { drizzleRepository } from './drizzle-repository.js'

const items = pgTable('items', {
  id: integer().primaryKey(),
  n: integer().notNull(),
  version: integer().notNull(),
})

const rows = pgTable('rows', {
  id: integer().primaryKey(),
  text: text(),
  number: doublePrecision(),
  big: bigint({ mode: 'bigint' }),
  flag: boolean(),
  date: timestamp({ withTimezone: true, precision: 3 }),
  amount: numeric(),
  list: text().array(),
  nested: jsonb().$type<SpecificationRow['nested']>(),
})

const TABLES = `create table items (id integer primary key, n integer not null, version integer not null);
  create table rows (id integer primary key, text text, number double precision, big bigint, flag boolean,
    date timestamptz(3), amount numeric, list text[], nested jsonb)`

describeDatabases((database) => {
  beforeAll(() => database.run(TABLES))

  repositoryConformance(
    async () => {
      await database.run('truncate items')
      return { subject: drizzleRepository<typeof items, Item>({ executor: database.db, table: items }) }
    },
    {
      test,
      rows: async () => {
        await database.run('truncate rows')
        return {
          subject: drizzleRepository<typeof rows, SpecificationRow>({ executor: database.db, table: rows }),
        }
      },
    },
  )
})
