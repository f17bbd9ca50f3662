import type { Expression } from '@base/core/expression'
import { decimal, specificationOf } from '@base/domain/specification'
import { runs } from '@base-internal/tools/soak'
import { getTableColumns, sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  date,
  doublePrecision,
  integer,
  interval,
  json,
  jsonb,
  numeric,
  pgEnum,
  pgTable,
  real,
  smallint,
  text,
  time,
  timestamp,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { describeDatabases } from '../test-databases.js'
import { compileSpecification } from './compile-specification.js'

const LONG = 1_800_000

const KINDS = ['b', 'A', 'a', '10', '1.0'] as const
const kind = pgEnum('kind', KINDS)

const things = pgTable('things', {
  id: integer(),
  text: text(),
  short: varchar({ length: 20 }),
  uuid: uuid(),
  kind: kind(),
  flag: boolean(),
  small: smallint(),
  whole: integer(),
  big53: bigint({ mode: 'number' }),
  big: bigint({ mode: 'bigint' }),
  real: real(),
  double: doublePrecision(),
  amount: numeric(),
  price: numeric({ precision: 10, scale: 2, mode: 'number' }),
  huge: numeric({ precision: 40, scale: 0, mode: 'bigint' }),
  at: timestamp({ withTimezone: true, precision: 3 }),
  atMicro: timestamp({ withTimezone: true }),
  local: timestamp(),
  atText: timestamp({ withTimezone: true, mode: 'string' }),
  day: date({ mode: 'date' }),
  dayText: date(),
  time: time(),
  tags: text().array(),
  numbers: integer().array(),
  reals: real().array(),
  kinds: kind().array(),
  times: timestamp({ withTimezone: true }).array(),
  clocks: time().array(),
  spans: interval().array(),
  atTexts: timestamp({ mode: 'string' }).array(),
  dayTexts: date().array(),
  doc: jsonb().$type<unknown>(),
  plain: json().$type<unknown>(),
})

const TABLE = `create type kind as enum ('b', 'A', 'a', '10', '1.0');
create table things (id integer, text text, short varchar(20), uuid uuid, kind kind, flag boolean, small smallint,
  whole integer, big53 bigint, big bigint, "real" real, double double precision, amount numeric, price numeric(10, 2),
  huge numeric(40), at timestamptz(3), "atMicro" timestamptz, local timestamp, "atText" timestamptz, day date,
  "dayText" date, "time" time, tags text[], numbers integer[], reals real[], kinds kind[], times timestamptz[],
  clocks time[], spans interval[], "atTexts" timestamp[], "dayTexts" date[],
  doc jsonb, plain json)`

const TEXTS = ['', 'a', 'A', 'ab%', '_', '%', '\\', "'", '"', 'é', 'e\u0301', '\ufffd', '\u{1f600}', 'B', 'ß']
const SPELLINGS = [
  '1.0',
  '1',
  '1e2',
  '-.5',
  'NaN',
  'Infinity',
  'null',
  '{a,b}',
  ' a',
  'a ',
  'İ',
  'ı',
  'k\u212a',
]
const UUIDS = ['00000000-0000-4000-8000-00000000000a', 'ffffffff-ffff-4fff-bfff-ffffffffffff']
const NUMBERS = [
  0,
  -0,
  1,
  -1,
  1.5,
  0.1,
  0.5,
  127,
  32767,
  32768,
  -32769,
  2 ** 31,
  2 ** 53,
  1e10,
  1e300,
  -1e300,
  5e-324,
]
const SPECIAL = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
const REALS = [0, 0.1, 0.10000000149011612, 1.5, 16777216, 16777217, 3.4e38, 1e39, 1e-46, 0.3]
const BIGS = [
  0n,
  1n,
  -1n,
  2n ** 53n,
  2n ** 53n + 1n,
  2n ** 63n - 1n,
  2n ** 63n,
  -(2n ** 63n),
  -(2n ** 64n),
  10n ** 30n,
]
const DECIMALS = [
  '0',
  '1.0',
  '1.00',
  '-1',
  '9.99',
  '0.1',
  '1e2',
  '1.5',
  '9007199254740993',
  '1e30',
  '1e400',
  '-1e400',
]
const TIMES = [
  '1970-01-01T00:00:00.000Z',
  '1969-12-31T23:59:59.999Z',
  '2026-01-31T10:00:00.123Z',
  '2026-01-31T10:00:00.124Z',
  '2026-01-31T00:00:00.000Z',
  '0001-01-01T00:00:00.000Z',
  '+012345-06-07T00:00:00.000Z',
  '-000043-03-15T00:00:00.000Z',
  '-100000-01-01T00:00:00.000Z',
  '+275760-09-13T00:00:00.000Z',
]
const MICROS = ['10:00:00.123', '10:00:00.123456', '10:00:00.123999', '10:00:00.124', '10:00:00']
const SPANS = ['01:00:00', '1 day', '-00:00:01', '1 mon 2 days 00:00:03.5']
const DAYS = ['2026-01-31', '2026-02-01', '0001-01-01', '9999-12-31', '1970-01-01']
const DAY_TEXTS = [...DAYS, 'infinity', '-infinity']

const one = <T>(...values: readonly T[]) => fc.constantFrom(...values)
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 4 })
const storable = (value: string) => !/\p{Surrogate}/u.test(value) && !value.includes('\0')

const anyText = fc.oneof(
  one(...TEXTS, ...SPELLINGS),
  fc.string({ maxLength: 4 }),
  fc.string({ unit: 'binary', maxLength: 2 }).filter(storable),
)
const anyWhole = (bits: number) =>
  fc.oneof(one(0, 1, -1, 2 ** (bits - 1) - 1, -(2 ** (bits - 1))), fc.integer({ min: -3, max: 3 }))
/** Before the year 100 and beyond 9999 drizzle reads another date, or an invalid one. */
const anyMicro = fc.oneof(
  one(...MICROS).map((clock) => `2026-01-31 ${clock}+00`),
  one('0101-01-01 00:00:00.0005+00', '9999-12-31 23:59:59.999999+00', '1969-12-31 23:59:59.9995+00'),
)
const anyJson: fc.Arbitrary<unknown> = fc.oneof(
  one<unknown>(null, true, false, 0, 1, 1.5, -1, 1e10, [], {}, ['a'], [1, null, '1.0'], [[1]]),
  one(...TEXTS, ...SPELLINGS),
)
const anyDoc = fc.oneof(
  fc.record(
    { a: anyJson, b: fc.record({ c: anyJson, "it's": anyJson }, { requiredKeys: [] }) },
    { requiredKeys: [] },
  ),
  fc.record({ b: anyJson, 0: anyJson }, { requiredKeys: [] }),
  anyJson.map((value) => [value]),
  // Drizzle parses a document that is a text alone twice.
  anyJson.filter((value) => typeof value !== 'string'),
)

/** Rows in the form in which JSON holds them. */
const anyRow = fc.record({
  text: orNull(anyText),
  short: orNull(anyText),
  uuid: orNull(fc.oneof(one(...UUIDS), fc.uuid())),
  kind: orNull(one(...KINDS)),
  flag: orNull(fc.boolean()),
  small: orNull(anyWhole(16)),
  whole: orNull(anyWhole(32)),
  big53: orNull(fc.oneof(one(2 ** 53 - 1, -(2 ** 53 - 1)), anyWhole(32))),
  big: orNull(one(0n, 1n, -1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)).map(String)),
  real: orNull(one(...SPECIAL, 0, 0.1, 0.3, 1.5, 16777216, 3.4e38, 1e-45).map(String)),
  double: orNull(fc.oneof(one(...NUMBERS, ...SPECIAL), fc.double()).map(String)),
  amount: orNull(fc.oneof(one('0', '1.0', '1.00', '-1', '9.99', 'NaN', '9007199254740993', '1e30'))),
  price: orNull(one('0', '1.00', '1.50', '-1', '9.99', '0.10', '99999999.99', 'NaN')),
  huge: orNull(one('0', '1', '-1', '9007199254740993', '1000000000000000000000000000000')),
  at: orNull(one(...MICROS).map((clock) => `2026-01-31 ${clock.slice(0, 12)}+00`)),
  atMicro: orNull(anyMicro),
  local: orNull(anyMicro.map((micro) => micro.replace('+00', ''))),
  atText: orNull(one(...MICROS).map((clock) => `2026-01-31 ${clock}+00`)),
  day: orNull(one(...DAYS)),
  dayText: orNull(one(...DAY_TEXTS)),
  time: orNull(one(...MICROS)),
  tags: orNull(fc.array(orNull(anyText), { maxLength: 3 })),
  numbers: orNull(fc.array(orNull(anyWhole(32)), { maxLength: 3 })),
  reals: orNull(fc.array(orNull(one(0.1, 0.3, 1)), { maxLength: 3 })),
  // Without nulls: from arrays of these two drizzle reads them as the text NULL.
  kinds: orNull(fc.array(one(...KINDS), { maxLength: 3 })),
  times: orNull(fc.array(anyMicro, { maxLength: 3 })),
  clocks: orNull(fc.array(one(...MICROS), { maxLength: 3 })),
  spans: orNull(fc.array(one(...SPANS), { maxLength: 3 })),
  atTexts: orNull(
    fc.array(
      one(...MICROS).map((clock) => `2026-01-31 ${clock}`),
      { maxLength: 3 },
    ),
  ),
  dayTexts: orNull(fc.array(one(...DAY_TEXTS), { maxLength: 3 })),
  doc: anyDoc,
  plain: anyDoc,
})

const texts = anyText
const numbers = fc.oneof(one(...NUMBERS, ...SPECIAL), one(...REALS), fc.integer({ min: -3, max: 3 }))
const decimals = one(...DECIMALS).map(decimal)
const dates = fc.oneof(one(...TIMES), one(...DAYS)).map((time) => new Date(time))
const anyValue = fc.oneof(texts, numbers, one(...BIGS), decimals, dates, fc.boolean(), one(...UUIDS))

/** Operands by field: mostly those that the field can hold. A text against `numeric` compares by meaning, and stays out. */
const OPERANDS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  text: fc.oneof(texts, decimals),
  short: fc.oneof(texts, decimals),
  uuid: fc.oneof(one(...UUIDS), one('A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 'f', '')),
  kind: fc.oneof(one(...KINDS), texts, decimals),
  flag: fc.boolean(),
  small: fc.oneof(numbers, one(...BIGS), decimals),
  whole: fc.oneof(numbers, one(...BIGS), decimals),
  big53: fc.oneof(numbers, one(...BIGS), decimals),
  big: fc.oneof(numbers, one(...BIGS), decimals),
  real: fc.oneof(numbers, one(...BIGS), decimals),
  double: fc.oneof(numbers, fc.double(), one(...BIGS), decimals),
  price: fc.oneof(numbers, one(...BIGS), decimals),
  huge: fc.oneof(numbers, one(...BIGS), decimals),
  at: dates,
  atMicro: dates,
  local: dates,
  atText: fc.oneof(texts, one('2026-01-31 10:00:00.123+00', '2026-01-31 10:00:00+00')),
  day: dates,
  dayText: fc.oneof(one(...DAY_TEXTS), texts, one('2026-1-31', '2026-02-30', 'Infinity')),
  time: fc.oneof(one(...MICROS), texts),
  tags: texts,
  numbers: fc.oneof(anyWhole(32), numbers),
  reals: one(...REALS),
  kinds: one(...KINDS),
  times: dates,
  clocks: fc.oneof(one(...MICROS, '10:00', '24:00:00'), texts),
  spans: fc.oneof(one(...SPANS, '1 hour', '24:00:00', 'P1D'), texts),
  atTexts: fc.oneof(
    one(...MICROS).map((clock) => `2026-01-31 ${clock}`),
    one('2026-01-31T10:00:00', '2026-01-31 10:00', 'infinity'),
    texts,
  ),
  dayTexts: fc.oneof(one(...DAY_TEXTS, '2026-1-31', 'x'), texts),
  doc: anyValue,
  'doc.a': anyValue,
  'doc.b.c': anyValue,
  "doc.b.it's": anyValue,
  'doc.0': anyValue,
  'plain.a': anyValue,
  plain: anyValue,
}

const isOrdered = (value: unknown) => typeof value !== 'boolean'

const leafOf = (field: string, operand: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> => {
  const ordered = operand.filter(isOrdered)
  const orders = ['greaterThan', 'greaterThanOrEqual', 'lessThan', 'lessThanOrEqual']
  const leaf = (op: fc.Arbitrary<string>, value: fc.Arbitrary<unknown>) =>
    fc.record({ op, field: fc.constant(field), value })
  return fc.oneof(
    leaf(one('equals', 'notEquals'), orNull(operand)),
    leaf(one('isIn', 'isNotIn'), fc.array(orNull(operand), { maxLength: 3 })),
    ...(field === 'flag'
      ? []
      : [leaf(one(...orders), ordered), leaf(one('between'), fc.tuple(ordered, ordered))]),
    leaf(one('hasElement'), orNull(operand)),
    fc.record({ op: one('isNull', 'isNotNull'), field: fc.constant(field) }),
    fc.record({
      op: one('contains', 'startsWith', 'endsWith'),
      field: fc.constant(field),
      value: texts,
      ignoreCase: fc.boolean(),
    }),
  )
}

/** Values of all kinds against every field. */
const anyLeaf = fc.oneof(
  ...Object.entries(OPERANDS).map(([field, operand]) => leafOf(field, operand)),
  leafOf('amount', fc.oneof(decimals, numbers)).filter((leaf) => !('ignoreCase' in (leaf as object))),
  one(...Object.keys(OPERANDS).filter((field) => field !== 'dayText')).chain((field) =>
    leafOf(field, anyValue),
  ),
)

const { anyExpression } = fc.letrec<{ anyExpression: unknown }>((tie) => ({
  anyExpression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    anyLeaf,
    fc.record({ op: one('and', 'or'), of: fc.array(tie('anyExpression'), { maxLength: 3 }) }),
    fc.record({ op: one('not'), of: tie('anyExpression') }),
  ),
}))

describeDatabases((database) => {
  beforeAll(() => database.run(TABLE))

  test('gives the rows that memory gives, and never an error', { timeout: LONG }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRow, { minLength: 1, maxLength: 20 }),
        anyExpression,
        async (rows, expression) => {
          const specification = specificationOf<Record<string, unknown>>(expression as Expression<never>)
          const numbered = rows.map((row, id) => ({ ...row, id }))
          // In the place of the table of this name: nothing is written.
          const given = database.db
            .$with('things', {})
            .as(
              sql`select * from jsonb_populate_recordset(null::public.things, ${JSON.stringify(numbered)}::jsonb)`,
            )
          const hit = sql<boolean>`(${compileSpecification(specification, things)}) is true`
          const found = await database.db
            .with(given)
            .select({ row: getTableColumns(things), isFound: hit })
            .from(things)

          for (const { row, isFound } of found) {
            expect({ row, isFound }).toEqual({ row, isFound: specification.isSatisfiedBy(row) })
          }
        },
      ),
      { numRuns: runs({ ci: 1_000, soak: 10_000 }) },
    )
  })
})
