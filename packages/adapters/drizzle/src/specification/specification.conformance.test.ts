import { type SpecificationRow, specificationConformance, specificationRows } from '@base/domain/testing'
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
import { compileSpecification } from './compile-specification.js'

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

describeDatabases((database) => {
  beforeAll(async () => {
    await database.run(`create table rows (id integer primary key, text text, number double precision, big bigint,
      flag boolean, date timestamptz(3), amount numeric, list text[], nested jsonb)`)
    await database.db.insert(rows).values(specificationRows as never)
  })

  specificationConformance(
    () => ({
      subject: async (specification) => {
        const found = await database.db
          .select({ id: rows.id })
          .from(rows)
          .where(compileSpecification(specification, rows))
        return found.map(({ id }) => id)
      },
    }),
    { test },
  )
})
