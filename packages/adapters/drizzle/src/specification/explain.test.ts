import { type Specification, where } from '@base/domain/specification'
import { type SQL, sql } from 'drizzle-orm'
import { boolean, integer, pgEnum, pgTable, text, timestamp } from 'drizzle-orm/pg-core'
import { beforeAll, expect, test } from 'vitest'
import { type Executor, rowsOf } from '../executor.js'
import { after } from '../repository/keyset.js'
import { orderSql } from '../repository/row-order.js'
import { describeDatabases } from '../test-databases.js'
import { compileSpecification } from './compile-specification.js'

const LONG = 120_000
const ROWS = 200_000

const state = pgEnum('state', ['open', 'done'])

const events = pgTable('events', {
  id: integer().primaryKey(),
  n: integer(),
  name: text().notNull(),
  title: text().notNull(),
  code: text().notNull(),
  state: state(),
  isNew: boolean().notNull(),
  tags: text().array(),
  at: timestamp({ withTimezone: true }),
})

const TABLE = `create type state as enum ('open', 'done');
create table events (id integer primary key, n integer, name text not null, title text not null, code text not null, state state, "isNew" boolean not null,
  tags text[], at timestamptz);
insert into events select i, nullif(i % 100000, 0), 'name ' || i, 'name ' || i, 'code ' || i, case when i % 50000 = 0 then 'open' else 'done' end::state,
  i % 40000 = 0, array['t' || i % 50000], timestamptz '2026-01-01' + i * interval '1 minute'
  from generate_series(1, ${ROWS}) i;
create index events_n on events (n);
create index events_prefix on events (code text_pattern_ops);
create index events_letters on events (title collate "C");
create index events_page on events (name collate "C", id);
create index events_folded on events (lower(title collate "C") text_pattern_ops);
create index events_state on events (state);
create index events_new on events ("isNew") where "isNew";
create index events_tags on events using gin (tags);
create index events_at on events (at);
analyze events`

interface Event {
  readonly id: number
  readonly n: number | null
  readonly name: string
  readonly title: string
  readonly code: string
  readonly state: string | null
  readonly isNew: boolean
  readonly tags: readonly string[] | null
  readonly at: Date | null
}

const isEvent = where<Event>()
const list = Array.from({ length: 70_000 }, (_, index) => index * 1_000_003)

const CASES: readonly (readonly [name: string, specification: Specification<Event>, index: string])[] = [
  ['equality', isEvent.equals('n', 7), 'events_n'],
  ['null', isEvent.isNull('n'), 'events_n'],
  ['a range', isEvent.between('n', 10, 20), 'events_n'],
  ['an order', isEvent.greaterThan('n', 99_990), 'events_n'],
  ['the opposite of an order', isEvent.greaterThan('n', 5).not(), 'events_n'],
  ['the opposite of a range', isEvent.between('n', 5, 99_990).not(), 'events_n'],
  ['twice the opposite', isEvent.lessThan('n', 5).not().not(), 'events_n'],
  ['the opposite of an or', isEvent.greaterThan('n', 5).or(isEvent.equals('n', 3)).not(), 'events_n'],
  ['a fraction against integers', isEvent.lessThan('n', 5.5), 'events_n'],
  ['a short list', isEvent.isIn('n', [1, 2, 3]), 'events_n'],
  ['a list of 200', isEvent.isIn('n', list.slice(0, 200)), 'events_n'],
  ['a prefix', isEvent.startsWith('code', 'code 1999'), 'events_prefix'],
  ['a prefix in any case', isEvent.startsWith('title', 'NAME 1999', { ignoreCase: true }), 'events_folded'],
  ['an order of text', isEvent.greaterThan('title', 'name 99999'), 'events_letters'],
  ['the order of an enum', isEvent.greaterThan('state', 'e'), 'events_state'],
  ['a boolean of a partial index', isEvent.equals('isNew', true), 'events_new'],
  ['an element', isEvent.hasElement('tags', 't7'), 'events_tags'],
  ['a time, against microseconds', isEvent.equals('at', new Date('2026-01-02T00:00:00Z')), 'events_at'],
  ['an order of times', isEvent.lessThanOrEqual('at', new Date('2026-01-01T01:00:00Z')), 'events_at'],
]

interface Plan {
  readonly 'Node Type': string
  readonly 'Index Name'?: string
  readonly Plans?: readonly Plan[]
}

function nodes(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodes)]
}

async function explained(executor: Executor, query: SQL): Promise<Plan[]> {
  const [row] = rowsOf(await executor.execute(sql`explain (format json) ${query}`))
  const plans = row?.['QUERY PLAN'] as readonly { Plan: Plan }[] | undefined
  return plans?.flatMap(({ Plan: plan }) => nodes(plan)) ?? []
}

describeDatabases((database) => {
  beforeAll(() => database.run(TABLE), LONG)

  /** The plan; `set` says what the planner may do. */
  const planOf = (specification: Specification<Event>, set = sql`select`): Promise<Plan[]> =>
    database.db.transaction(async (tx) => {
      await tx.execute(set)
      const query = tx.select().from(events).where(compileSpecification(specification, events))
      return explained(tx, query.getSQL())
    })

  test.each(CASES)(
    `an index serves %s, in ${ROWS} rows`,
    { timeout: LONG },
    async (_, specification, index) => {
      const plan = await planOf(specification)
      expect(plan.map((node) => node['Node Type'])).not.toContain('Seq Scan')
      expect(plan.map((node) => node['Index Name'])).toContain(index)
    },
  )

  test('an index can serve a list of 70,000, though some versions take a hashed scan for cheaper', async () => {
    const plan = await planOf(isEvent.isIn('n', list), sql`set local enable_seqscan = off`)
    expect(plan.map((node) => node['Index Name'])).toContain('events_n')
  })

  test('an index on the keys serves a page, and is read from where the last one ended', async () => {
    const keys = (['name', 'id'] as const).map((field) => ({
      field,
      direction: 'asc' as const,
      nulls: 'last' as const,
      column: events[field],
      sql: field === 'name' ? sql`${events.name} collate "C"` : sql`${events.id}`,
    }))
    const page = database.db
      .select()
      .from(events)
      .where(after(keys, ['name 150000', '150000']))
      .orderBy(...orderSql(keys))
      .limit(20)
    const plan = await explained(database.db, page.getSQL())
    expect(plan.map((node) => node['Node Type'])).toEqual(['Limit', 'Index Scan'])
    expect(plan.at(-1)).toMatchObject({
      'Index Name': 'events_page',
      'Index Cond': expect.stringContaining('150000'),
    })
  })

  test('a list of 70,000 is one parameter, and finds what it lists', async () => {
    const condition = compileSpecification(isEvent.isIn('id', [...list, 3]), events)
    const query = database.db.select({ id: events.id }).from(events).where(condition)
    expect(query.toSQL().params).toHaveLength(1)
    expect((await query).map(({ id }) => id)).toEqual([3])
  })
})
