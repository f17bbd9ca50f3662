import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { inspect } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { ConflictError, InvalidOptionError, UnsupportedError, ValidationError } from '@base/core/errors'
import { TestClock } from '@base/core/testing'
import { InvalidCursorError, type Page } from '@base/domain/pagination'
import { always, where } from '@base/domain/specification'
import { runs } from '@base-internal/tools/soak'

import { type SQL, sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  customType,
  doublePrecision,
  integer,
  json,
  jsonb,
  line,
  numeric,
  pgEnum,
  pgTable,
  real,
  serial,
  text,
  timestamp,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core'
import { drizzle } from 'drizzle-orm/pglite'
import { beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { markTransaction, rowsOf } from '../executor.js'
import { describeDatabases, describePglite, type TestDatabase } from '../test-databases.js'
import { drizzleRepository } from './drizzle-repository.js'

const LONG = 900_000

const mood = pgEnum('mood', ['sad', 'Glad'])

const users = pgTable('users', {
  id: uuid().primaryKey(),
  email: varchar({ length: 40 }).notNull(),
  score: integer(),
  mood: mood(),
  tags: text().array(),
  balance: numeric({ precision: 20, scale: 2 }),
  rate: real(),
  big: bigint({ mode: 'bigint' }),
  isActive: boolean().notNull().default(true),
  seenAt: timestamp({ withTimezone: true }),
  createdAt: timestamp({ withTimezone: true }).notNull(),
  updatedAt: timestamp({ withTimezone: true }).notNull(),
  deletedAt: timestamp({ withTimezone: true }),
  createdBy: text(),
  updatedBy: text(),
  version: integer().notNull(),
})

const TABLES = `create type mood as enum ('sad', 'Glad');
create table users (id uuid primary key, email varchar(40) not null constraint users_email_key unique, score integer,
  mood mood, tags text[], balance numeric(20, 2), rate real, big bigint, "isActive" boolean not null default true,
  "seenAt" timestamptz, "createdAt" timestamptz not null, "updatedAt" timestamptz not null, "deletedAt" timestamptz,
  "createdBy" text, "updatedBy" text, version integer not null);
create table notes (id serial primary key, text text);
create table labels (id integer primary key, text text not null default 'none');
create table rates (id numeric(9, 2) primary key, name text);
create table counted (id integer primary key generated always as identity, name text);
create table blobs (id bytea primary key, mark bytea);
create table moments (id timestamptz(3) primary key);
create table visits (id integer primary key, at timestamptz[]);
create table codes (id integer primary key, code character varying(3), version integer not null);
create table padded (id char(3) primary key, n integer, version integer not null);
create table prices (id numeric(10, 2) primary key, n integer, version integer not null);
create table short (id varchar(3) primary key, n integer, version integer not null);
create table documents (id integer primary key, doc json, docs json[], bytes jsonb);
create table made (id integer primary key, doc json, docs json[], bytes jsonb, note text, version integer not null);
create table drafts (id integer primary key, doc jsonb, tags text[], at timestamptz, version integer not null);
create table sealed (id integer primary key, text text, version integer not null);
create table wrapped (id integer primary key, doc json, bytes jsonb, note varchar, version integer not null);
create table mixed (id integer primary key, doc json, bytes jsonb, note text, count integer, version integer not null);
create table stamped (id integer primary key, version integer not null, "createdAt" timestamp, "updatedAt" timestamptz,
  "deletedAt" timestamp)`

type User = typeof users.$inferSelect

const user = (n: number, fields: Partial<User> = {}): User => ({
  id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  email: `user${n}@example.com`,
  score: n,
  mood: null,
  tags: null,
  balance: null,
  rate: null,
  big: null,
  isActive: true,
  seenAt: null,
  createdAt: new Date(0),
  updatedAt: new Date(0),
  deletedAt: null,
  createdBy: null,
  updatedBy: null,
  version: 0,
  ...fields,
})

const byScore = [{ field: 'score', direction: 'desc' }] as const
const isUser = where<User>()

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.unreachable('it succeeded'),
    (error: unknown) => error,
  )

const repository = ({ db }: TestDatabase, options: object = {}) =>
  drizzleRepository({ executor: db, table: users, name: 'user', ...options })

describeDatabases((database) => {
  beforeAll(() => database.run(TABLES))
  beforeEach(() => database.run('truncate users; truncate notes'))

  describe('saving', () => {
    test('gives back the whole row, exactly as it is typed', async () => {
      const given = user(1, {
        mood: 'Glad',
        tags: ['a,b', 'null', ''],
        balance: '0.10',
        rate: 0.1,
        big: 2n ** 60n,
        seenAt: new Date(5),
      })
      const saved = await repository(database).save(given)
      expect(saved).toEqual({ ...given, version: 1 })
      expect(await repository(database).getById(given.id)).toEqual(saved)
    })

    test('a taken e-mail is a conflict that names the constraint, and no message shows the e-mail', async () => {
      await repository(database).save(user(1))
      const error = await rejection(repository(database).save({ ...user(2), email: user(1).email }))
      expect(error).toBeInstanceOf(ConflictError)
      expect(error).toMatchObject({ details: { constraint: 'users_email_key' } })
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('user1@example.com')
    })

    test('many are saved by their own versions, whatever the types of their columns', async () => {
      const users = repository(database)
      const saved = await users.saveMany([user(1), user(2), user(3)])
      const again = await users.save({ ...(saved[0] as User), score: 10 })
      const changes = {
        mood: 'sad' as const,
        tags: ['x'] as string[],
        balance: '1.50',
        rate: 0.3,
        big: 7n,
        seenAt: new Date(9),
      }
      const all = await users.saveMany([
        { ...again, ...changes },
        user(4),
        { ...(saved[2] as User), ...changes },
      ])
      expect(all.map(({ version }) => version)).toEqual([3, 1, 2])
      expect(await users.getById(user(3).id)).toMatchObject({ ...changes, version: 2 })
    })

    test('of many none is saved where one is stale, too long or in the batch twice', async () => {
      const users = repository(database)
      const [first, second] = (await users.saveMany([user(1), user(2)])) as [User, User]
      await users.save(second)
      const stale = await rejection(users.saveMany([{ ...first, score: 99 }, second]))
      expect(stale).toMatchObject({ code: 'CONFLICT', details: { id: second.id, expected: 1, actual: 2 } })
      const long = await rejection(
        users.saveMany([
          { ...first, score: 99 },
          { ...first, id: user(2).id, version: 2, email: 'x'.repeat(41) },
        ]),
      )
      expect(long).toMatchObject({ kind: 'invalid' })
      expect(await rejection(users.saveMany([user(7), user(7)]))).toMatchObject({
        details: { id: user(7).id },
      })
      expect(await users.getById(first.id)).toMatchObject({ score: 1, version: 1 })
      expect(await users.count(always())).toBe(2)
    })

    test.each([
      ['alone', [undefined]],
      ['behind another', [user(1), undefined]],
      ['between others', [user(1), undefined, user(2)]],
      ['in a list of holes', new Array<User>(2)],
    ])('of many none is saved where one is undefined, %s', async (_, many) => {
      const error = await rejection(repository(database).saveMany(many as User[]))
      expect(error).toMatchObject({ code: 'INVALID_OPTION', details: { option: 'entity' } })
      expect(await repository(database).count(always())).toBe(0)
    })

    test('many are saved as they are at the call, whatever becomes of the list', async () => {
      const many = [user(1), { ...user(2) }, user(3)]
      const saving = repository(database).saveMany(many)
      Object.assign(many[1] as User, { score: 99 })
      many.length = 0
      expect((await saving).map(({ score }) => score)).toEqual([1, 2, 3])
    })

    test.each([0, 1])(
      'many are saved as they are at the call, within values too, at version %i',
      async (version) => {
        const table = pgTable('drafts', {
          id: integer().primaryKey(),
          doc: jsonb().$type<{ tags: string[] }>(),
          tags: text().array(),
          at: timestamp({ withTimezone: true }),
          version: integer().notNull(),
        })
        await database.run('truncate drafts')
        const drafts = drizzleRepository({ executor: database.db, table })
        const draft = (id: number) => ({ id, doc: { tags: ['a'] }, tags: ['a'], at: new Date(0), version })
        if (version > 0) await drafts.saveMany([1, 2].map((id) => ({ ...draft(id), doc: null, version: 0 })))
        const many = [draft(1), draft(2)]
        const saving = drafts.saveMany(many)
        for (const { doc, tags, at } of many) {
          doc.tags.push('late')
          tags.push('late')
          at.setTime(1)
        }
        expect(await saving).toEqual([1, 2].map((id) => ({ ...draft(id), version: version + 1 })))
      },
    )

    test('of many each keeps what it holds, whatever is left out of the others', async () => {
      const mapper = {
        toDomain: (row: User): Partial<User> => row,
        toRow: (entity: Partial<User>) => entity as User,
      }
      const users = drizzleRepository({ executor: database.db, table: userTable, mapper })
      const { isActive: _, ...first } = user(1)
      const saved = await users.saveMany([first, user(2, { isActive: false })])
      expect(saved.map(({ isActive }) => isActive)).toEqual([true, false])

      const [{ isActive: __, ...again }, other] = saved as [User, User]
      const changed = await users.saveMany([again, { ...other, isActive: true }])
      expect(changed.map(({ isActive }) => isActive)).toEqual([true, true])
      const turned = await users.saveMany([
        { ...(changed[1] as User), isActive: false },
        { ...again, version: 2 },
      ])
      expect(turned.map(({ isActive }) => isActive)).toEqual([false, true])
    })

    test('what a mapper leaves out is left alone, and what is undefined in its row becomes null', async () => {
      const base = repository(database)
      const mapper = {
        toDomain: (row: User): Partial<User> => row,
        toRow: (entity: Partial<User>) => entity as User,
      }
      const users = drizzleRepository({ executor: database.db, table: userTable, mapper, softDelete: true })
      const owned = { score: 7, tags: ['a'], deletedAt: new Date(5) }
      const [first, second] = (await base.saveMany([user(1, owned), user(2, owned)])) as [User, User]
      const bare = (entity: Partial<User>) => {
        const { id, email, version } = entity as User
        return { id, email, version, createdAt: new Date(0), updatedAt: new Date(0) }
      }
      const saved = await users.save({ ...bare(first), email: 'new@example.com' })
      expect(saved).toMatchObject({ ...owned, email: 'new@example.com', version: 2 })
      expect(await users.saveMany([bare(saved), bare(second)])).toMatchObject([
        { ...owned, version: 3 },
        { ...owned, version: 2 },
      ])
      const cleared = await users.saveMany([
        { ...bare(saved), version: 3, score: undefined as never },
        { ...bare(second), version: 2, deletedAt: null },
      ])
      expect(cleared).toMatchObject([
        { ...owned, score: null },
        { ...owned, deletedAt: null },
      ])
    })

    test('what a mapper leaves out is left alone without a version, too', async () => {
      const table = pgTable('notes', { id: serial().primaryKey(), text: text() })
      const mapper = {
        toDomain: ({ id }: { id: number; text: string | null }) => ({ id }),
        toRow: ({ id }: { id: number }) => ({ id }),
      }
      await drizzleRepository({ executor: database.db, table }).save({ id: 1, text: 'theirs' })
      await drizzleRepository({ executor: database.db, table, mapper }).save({ id: 1 })
      await drizzleRepository({ executor: database.db, table, mapper }).saveMany([{ id: 1 }, { id: 2 }])
      expect(await database.db.select().from(table).orderBy(table.id)).toEqual([
        { id: 1, text: 'theirs' },
        { id: 2, text: null },
      ])
    })

    test('without a version a save brings a deleted one back, though its mapper leaves that out', async () => {
      await database.run(
        'create table if not exists erased (id integer primary key, text text, "deletedAt" timestamptz)',
      )
      const table = pgTable('erased', {
        id: integer().primaryKey(),
        text: text(),
        deletedAt: timestamp({ withTimezone: true }),
      })
      interface Note {
        readonly id: number
        readonly text: string | null
      }
      const mapper = {
        toDomain: ({ id, text }: Note): Note => ({ id, text }),
        toRow: ({ id, text }: Note) => ({ id, text }),
      }
      const notes = drizzleRepository({ executor: database.db, table, softDelete: true, mapper })
      await notes.save({ id: 1, text: 'a' })
      await notes.delete(1)
      expect(await notes.findById(1)).toBeUndefined()
      await notes.save({ id: 1, text: 'b' })
      expect(await notes.findById(1)).toEqual({ id: 1, text: 'b' })
    })

    test('of many without a version, too', async () => {
      const table = pgTable('labels', { id: integer().primaryKey(), text: text().notNull().default('none') })
      const mapper = {
        toDomain: (row: { id: number; text: string }): { id: number; text?: string } => row,
        toRow: (entity: { id: number; text?: string }) => entity,
      }
      const labels = drizzleRepository({ executor: database.db, table, mapper })
      const all = (...texts: (string | undefined)[]) =>
        labels.saveMany(texts.map((text, id) => (text === undefined ? { id } : { id, text })))
      expect(await all('a', 'b')).toEqual([
        { id: 0, text: 'a' },
        { id: 1, text: 'b' },
      ])
      expect(await all(undefined, 'c')).toEqual([
        { id: 0, text: 'a' },
        { id: 1, text: 'c' },
      ])
      expect(await all('d', undefined)).toEqual([
        { id: 0, text: 'd' },
        { id: 1, text: 'c' },
      ])
    })

    test('of many each is given back, though the database writes its id in other words', async () => {
      const users = repository(database)
      const [big, small] = ['AAAAAAAA-AAAA-4AAA-8AAA-AAAAAAAAAAAA', 'BBBBBBBB-BBBB-4BBB-8BBB-BBBBBBBBBBBB']
      const saved = await users.saveMany([user(1, { id: big }), user(2, { id: small })])
      expect(saved.map(({ id }) => id)).toEqual([big.toLowerCase(), small.toLowerCase()])
      const again = await users.saveMany(saved.map((one) => ({ ...one, id: one.id.toUpperCase() })))
      expect(again.map(({ version }) => version)).toEqual([2, 2])
      const bare = ['cccccccccccc4ccc8ccccccccccccccc', `{${user(9).id}}`]
      const spelled = await users.saveMany(bare.map((id, index) => user(5 + index, { id })))
      expect(spelled.map(({ id }) => id)).toEqual(['cccccccc-cccc-4ccc-8ccc-cccccccccccc', user(9).id])
      const taken = await rejection(users.saveMany([user(3, { id: user(3).id }), user(4, { id: small })]))
      expect(taken).toMatchObject({ details: { id: small, expected: 0, actual: 2 } })

      const rates = pgTable('rates', { id: numeric({ precision: 9, scale: 2 }).primaryKey(), name: text() })
      const rows = [
        { id: '1', name: 'a' },
        { id: '2.5', name: 'b' },
      ]
      expect(await drizzleRepository({ executor: database.db, table: rates }).saveMany(rows)).toEqual([
        { id: '1.00', name: 'a' },
        { id: '2.50', name: 'b' },
      ])
      const counted = pgTable('counted', {
        id: integer().primaryKey().generatedAlwaysAsIdentity(),
        name: text(),
      })
      const made = await drizzleRepository({ executor: database.db, table: counted }).saveMany([
        { id: 70, name: 'a' },
        { id: 80, name: 'b' },
      ])
      expect(made).toEqual([
        { id: 1, name: 'a' },
        { id: 2, name: 'b' },
      ])
    })

    describe('of many whose ids the database writes in other words each is given back', () => {
      const n = { n: integer(), version: integer().notNull() }
      const padded = customType<{ data: string }>({ dataType: () => 'char(3)' })
      const price = customType<{ data: number; driverData: string }>({
        dataType: () => 'numeric(10, 2)',
        fromDriver: Number,
        toDriver: String,
      })
      const typed = pgTable('short', { id: text().primaryKey(), ...n })
      test.each([
        [
          'filled up with blanks',
          pgTable('padded', { id: padded().primaryKey(), ...n }),
          ['a', 'b'],
          ['a', 'b'],
        ],
        [
          'numbers that are rounded',
          pgTable('prices', { id: price().primaryKey(), ...n }),
          [1.006, 2.5],
          [1.01, 2.5],
        ],
        [
          'cut blanks',
          pgTable('short', { id: varchar({ length: 3 }).primaryKey(), ...n }),
          ['a    ', 'b'],
          ['a  ', 'b'],
        ],
      ])('%s', async (_, table, first, second) => {
        const things = drizzleRepository({ executor: database.db, table: table as never as typeof typed })
        const made = await things.saveMany(first.map((id) => ({ id: id as string, n: 1, version: 0 })))
        expect(made.map(({ version }) => version)).toEqual([1, 1])
        const changed = await things.saveMany(second.map((id) => ({ id: id as string, n: 2, version: 1 })))
        expect(changed).toEqual(made.map(({ id }) => ({ id, n: 2, version: 2 })))
      })
    })

    test('of many what is too long is refused, whatever its type is called', async () => {
      const code = customType<{ data: string; driverData: string }>({
        dataType: () => 'character varying(3)',
      })
      const table = pgTable('codes', {
        id: integer().primaryKey(),
        code: code(),
        version: integer().notNull(),
      })
      const codes = drizzleRepository({ executor: database.db, table })
      const saved = await codes.saveMany([1, 2].map((id) => ({ id, code: 'abc', version: 0 })))
      const long = await rejection(codes.saveMany(saved.map((one) => ({ ...one, code: 'abcd' }))))
      expect(long).toMatchObject({ kind: 'invalid' })
    })

    test('without a version the last save wins', async () => {
      const notes = pgTable('notes', { id: serial().primaryKey(), text: text() })
      const repository = drizzleRepository({ executor: database.db, table: notes })
      await repository.save({ id: 1, text: 'a' })
      await repository.saveMany([
        { id: 1, text: 'b' },
        { id: 2, text: 'c' },
      ])
      expect(await repository.find(always(), { orderBy: [{ field: 'id' }] })).toEqual([
        { id: 1, text: 'b' },
        { id: 2, text: 'c' },
      ])
    })

    test('what the database would change or refuse is named before it is asked', async () => {
      const users = repository(database)
      for (const bad of [
        { createdBy: 'a\ud800' },
        { createdBy: 'a\0' },
        { tags: ['\udc00'] },
        { seenAt: new Date(Number.NaN) },
      ]) {
        const error = await rejection(users.save(user(1, bad)))
        expect(error).toBeInstanceOf(ValidationError)
        expect(error).toMatchObject({ issues: [{ path: Object.keys(bad)[0] }] })
      }
      expect(await users.findById('a\0')).toBeUndefined()
    })

    test('a mapper that gives no row is named', async () => {
      const toRow = () => undefined as never
      const mapped = repository(database, { mapper: { toDomain: toRow, toRow } })
      for (const saved of [mapped.save(user(1)), mapped.saveMany([user(1)])]) {
        const error = await rejection(saved)
        expect(error).toBeInstanceOf(InvalidOptionError)
        expect(error).toMatchObject({ message: expect.stringContaining('mapper.toRow') })
      }
    })

    test('a mapper that forgets the version is named where it makes what was read look new', async () => {
      const forgetful = {
        toDomain: ({ version: _, ...rest }: User) => rest,
        toRow: (one: object) => one as User,
      }
      const mapped = drizzleRepository({ executor: database.db, table: users, mapper: forgetful })
      await mapped.save(user(1))
      const one = await mapped.getById(user(1).id)
      await mapped.save(user(2))
      for (const save of [() => mapped.save(one), () => mapped.saveMany([user(3), one])]) {
        const error = await rejection(save())
        expect(error).toBeInstanceOf(InvalidOptionError)
        expect(error).toMatchObject({
          message:
            '@base/drizzle drizzleRepository: mapper must be one that carries version, received an object.',
        })
      }
    })

    test('such a mapper reads all the same, and is named by another repository that has it, for what was copied too', async () => {
      const mapper = {
        toDomain: ({ version: _, ...rest }: User) => rest,
        toRow: (one: object) => one as User,
      }
      await repository(database).save(user(1))
      const read = () => drizzleRepository({ executor: database.db, table: users, mapper })
      const [one] = await read().find(always())
      const saved = read().save({ ...(one as Omit<User, 'version'>), score: 2 })
      expect(await rejection(saved)).toBeInstanceOf(InvalidOptionError)
    })

    test.each([0, 1])(
      'a save that is refused at version %i decodes nothing of the row that is there',
      async (version) => {
        const sealed = customType<{ data: string }>({
          dataType: () => 'text',
          fromDriver: () => {
            throw new Error('another key')
          },
        })
        const table = pgTable('sealed', {
          id: integer().primaryKey(),
          text: sealed(),
          version: integer().notNull(),
        })
        await database.run("truncate sealed; insert into sealed values (1, 'x', 3)")
        type Sealed = typeof table.$inferSelect
        const mapper = { toDomain: (row: Sealed) => row, toRow: (one: Sealed) => one }
        for (const options of [{}, { mapper }]) {
          const notes = drizzleRepository({ executor: database.db, table, ...options })
          expect(await rejection(notes.save({ id: 1, text: 'y', version }))).toMatchObject({
            code: 'CONFLICT',
            details: { id: 1, expected: version, actual: 3 },
          })
        }
      },
    )

    test('a row that was not read is never given to the mapper, which may keep versions beside the entities', async () => {
      const versions = new Map<string, number>()
      const mapper = {
        toDomain: ({ version, ...rest }: User) => {
          versions.set(rest.id, version)
          return rest
        },
        toRow: (one: Omit<User, 'version'>): User => ({ ...one, version: versions.get(one.id) ?? 0 }),
      }
      const mapped = drizzleRepository({ executor: database.db, table: users, mapper })
      const { version: _, ...foreign } = await repository(database).save(user(1))
      for (let time = 0; time < 2; time++)
        expect(await rejection(mapped.save({ ...foreign, score: 99 }))).toMatchObject({ code: 'CONFLICT' })
      const own = await mapped.save(user(2))
      expect(await mapped.save({ ...own, score: 3 })).toMatchObject({ score: 3 })
    })

    test('an id that is taken is a conflict, whatever a mapper cannot read', async () => {
      const toDomain = (): User => {
        throw new Error('unreadable')
      }
      await repository(database).save(user(1))
      for (const mapper of [
        { toDomain, toRow: (one: User) => one },
        { toDomain: (row: User) => row, toRow: (one: User) => one },
      ])
        expect(await rejection(repository(database, { mapper }).save(user(1)))).toMatchObject({
          code: 'CONFLICT',
          details: { id: user(1).id, expected: 0, actual: 1 },
        })
    })

    test('a text that jsonb would refuse is refused in json, wherever it is in a document', async () => {
      const table = pgTable('documents', {
        id: integer().primaryKey(),
        doc: json().$type<unknown>(),
        docs: json().$type<unknown>().array(),
        bytes: jsonb().$type<unknown>(),
      })
      const documents = drizzleRepository({ executor: database.db, table })
      const document = { doc: null, docs: null, bytes: null }
      for (const bad of ['x\0y', 'x\ud800y', '\udc00', '\\\\\0', { 'a\0': 1 }, ['a', { b: ['\ud800'] }]])
        for (const name of ['doc', 'docs', 'bytes']) {
          const value = name === 'docs' ? [{}, bad] : { in: bad }
          const error = await rejection(documents.save({ ...document, id: 1, [name]: value }))
          expect([name, bad, error]).toEqual([name, bad, expect.any(ValidationError)])
        }
      const fine = { a: ['\\u0000', '\\\\ud800', '\u{1f600}', '\ud7ff', null], b: new Date(0) }
      await documents.save({ id: 1, doc: fine, docs: [fine, null], bytes: fine })
      const isIt = where<{ doc: { a: unknown } }>().hasElement('doc.a', '\u{1f600}')
      expect(await documents.count(isIt as never)).toBe(1)
    })

    test('a document may be without a prototype', async () => {
      const columns = {
        id: integer().primaryKey(),
        doc: json().$type<unknown>(),
        version: integer().notNull(),
      }
      const documents = drizzleRepository({ executor: database.db, table: pgTable('groups', columns) })
      await database.run('create table groups (id integer primary key, doc json, version integer not null)')
      const doc = Object.assign(Object.create(null), { a: [1] })
      const first = await documents.save({ id: 1, doc, version: 0 })
      await documents.save({ ...first, doc })
      const all = await documents.saveMany([2, 3].map((id) => ({ id, doc, version: 0 })))
      await documents.saveMany(all.map((one) => ({ ...one, doc })))
      expect((await documents.find(always())).map(({ doc, version }) => [doc, version])).toEqual(
        Array.from({ length: 3 }, () => [{ a: [1] }, 2]),
      )
    })

    test('what a codec makes is named where the database would change it', async () => {
      const note = customType<{ data: { text: string }; driverData: string }>({
        dataType: () => 'text',
        toDriver: ({ text }) => text,
        fromDriver: (text) => ({ text }),
      })
      const notesOf = customType<{ data: ReadonlySet<string>; driverData: string[] }>({
        dataType: () => 'text[]',
        toDriver: (texts) => [...texts],
        fromDriver: (texts) => new Set(texts),
      })
      const columns = {
        id: integer().primaryKey(),
        note: note().notNull(),
        more: notesOf().notNull(),
        version: integer().notNull(),
      }
      const notes = drizzleRepository({ executor: database.db, table: pgTable('coded_notes', columns) })
      await database.run(
        'create table coded_notes (id integer primary key, note text, more text[], version integer not null)',
      )
      const saved = await notes.save({ id: 1, note: { text: 'a' }, more: new Set(['b']), version: 0 })
      for (const text of ['a\ud800', 'a\0'])
        for (const bad of [{ note: { text } }, { more: new Set(['b', text]) }]) {
          const wrong = { ...saved, ...bad }
          const anew = { ...wrong, id: 2, version: 0 }
          for (const save of [
            () => notes.save(anew),
            () => notes.save(wrong),
            () => notes.saveMany([saved, anew]),
          ])
            expect(await rejection(save())).toMatchObject({ issues: [{ path: Object.keys(bad)[0] }] })
        }
      expect(await notes.find(always())).toEqual([saved])
    })

    test('values may be SQL, in whatever column', async () => {
      const table = pgTable('made', {
        id: integer().primaryKey(),
        doc: json().$type<unknown>(),
        docs: json().$type<unknown>().array(),
        bytes: jsonb().$type<unknown>(),
        note: text(),
        version: integer().notNull(),
      })
      const toRow = ({ id, version }: { id: number; version: number }) => ({
        id,
        doc: sql`json_build_object('a', ${id}::int)`,
        docs: sql`array['{"b":1}', 'null']::json[]`,
        bytes: sql`'{"c":1}'::jsonb || '{"d":2}'::jsonb`,
        note: sql`upper(${'e'})`,
        version,
      })
      const toDomain = (row: unknown) => row as { id: number; version: number }
      const made = drizzleRepository({
        executor: database.db,
        table,
        mapper: { toDomain, toRow: toRow as never },
      })
      const row = { docs: [{ b: 1 }, null], bytes: { c: 1, d: 2 }, note: 'E' }
      const stored = (id: number, version: number) => ({ ...row, id, doc: { a: id }, version })

      const one = await made.save({ id: 1, version: 0 })
      expect([one, await made.save(one)]).toEqual([stored(1, 1), stored(1, 2)])
      const many = await made.saveMany([2, 3].map((id) => ({ id, version: 0 })))
      expect(many).toEqual([stored(2, 1), stored(3, 1)])
      expect(await made.saveMany(many)).toEqual([stored(2, 2), stored(3, 2)])
    })

    test('a value of any row of many may be SQL of another type', async () => {
      const table = pgTable('mixed', {
        id: integer().primaryKey(),
        doc: json().$type<unknown>(),
        bytes: jsonb().$type<unknown>(),
        note: text(),
        count: integer(),
        version: integer().notNull(),
      })
      const mixed = drizzleRepository({ executor: database.db, table })
      const row = { doc: { p: 1 }, bytes: { p: 1 }, note: 'a', count: 1, version: 0 }
      const saved = await mixed.saveMany([1, 2].map((id) => ({ ...row, id })))
      const values = {
        doc: sql`jsonb_build_object('x', 1)`,
        bytes: sql`json_build_object('x', 1)`,
        note: sql`date '2026-01-01'`,
        count: sql<number>`1.6`.as('rounded'),
      }
      const many = await mixed.saveMany(
        saved.map((one) => (one.id === 1 ? one : { ...one, ...values })) as never,
      )
      const stored = { doc: { x: 1 }, bytes: { x: 1 }, note: '2026-01-01', count: 2 }
      expect(many).toEqual([
        { ...row, id: 1, version: 2 },
        { ...stored, id: 2, version: 2 },
      ])
    })

    test.each([
      ['an aliased expression', (value: SQL) => value.as('x')],
      ['a query', (value: SQL) => database.db.select({ value }).from(sql`(select 1) as one`)],
    ])('%s is SQL in every way of saving', async (_, wrap) => {
      const table = pgTable('wrapped', {
        id: integer().primaryKey(),
        doc: json().$type<unknown>(),
        bytes: jsonb().$type<unknown>(),
        note: varchar(),
        version: integer().notNull(),
      })
      await database.run('truncate wrapped')
      const wrapped = drizzleRepository({ executor: database.db, table })
      const values = { doc: sql`to_json('a'::text)`, bytes: sql`to_jsonb('a'::text)`, note: sql`'a'` }
      const row = (id: number, version: number) => {
        const wraps = Object.entries(values).map(([name, value]) => [name, wrap(value)])
        return { ...Object.fromEntries(wraps), id, version }
      }
      const stored = (id: number, version: number) => ({ id, doc: 'a', bytes: 'a', note: 'a', version })
      expect([await wrapped.save(row(1, 0)), await wrapped.save(row(1, 1))]).toEqual([
        stored(1, 1),
        stored(1, 2),
      ])
      expect(await wrapped.saveMany([row(2, 0), row(3, 0)])).toEqual([stored(2, 1), stored(3, 1)])
      expect(await wrapped.saveMany([row(2, 1), row(3, 1)])).toEqual([stored(2, 2), stored(3, 2)])
    })

    test.each([
      ['jsonb', (value: string) => sql`${JSON.stringify(value)}::json`, 'x', 'y'],
      [
        'timestamp',
        (value: string) => sql`${value}::timestamptz at time zone 'UTC'`,
        '2024-01-01 00:00:00',
        '2024-01-02 00:00:00',
      ],
      ['text', (value: string) => sql`${value}::text collate "C" || ''`, 'x', 'y'],
      ['text', (value: string) => sql`${value}::int`, '1', '2'],
      ['text', (value: string) => (value === 'x' ? 'x' : sql`lower(${value.toUpperCase()})`), 'x', 'y'],
    ] as const)('a codec may write SQL of another type: %s, %s', async (type, toDriver, first, second) => {
      const coded = customType<{ data: string }>({
        dataType: () => type,
        toDriver,
        fromDriver: (value) => value as string,
      })
      await database.run(
        `drop table if exists coded; create table coded (id integer primary key, v ${type}, version integer not null)`,
      )
      const table = pgTable('coded', { id: integer().primaryKey(), v: coded(), version: integer().notNull() })
      const repository = drizzleRepository({ executor: database.db, table })
      const one = await repository.save({ id: 1, v: first, version: 0 })
      const many = await repository.saveMany([2, 3].map((id) => ({ id, v: first, version: 0 })))
      const all = await repository.saveMany([one, ...many].map((row) => ({ ...row, v: second })))
      expect(all).toEqual([1, 2, 3].map((id) => ({ id, v: second, version: 2 })))
    })

    test.each([
      ['a value', (value: string) => value],
      ['SQL', (value: string) => sql`${value}::text`],
    ] as const)('a codec that writes %s runs once for each value', async (_, toDriver) => {
      const codec = vi.fn(toDriver)
      const coded = customType<{ data: string }>({ dataType: () => 'text', toDriver: codec })
      await database.run(
        'drop table if exists coded; create table coded (id integer primary key, v text, version integer not null)',
      )
      const table = pgTable('coded', { id: integer().primaryKey(), v: coded(), version: integer().notNull() })
      const repository = drizzleRepository({ executor: database.db, table })
      const one = await repository.save({ id: 1, v: 'a', version: 0 })
      await repository.save({ ...one, v: 'b' })
      const many = await repository.saveMany([2, 3].map((id) => ({ id, v: `a${id}`, version: 0 })))
      expect(await repository.saveMany(many.map((row) => ({ ...row, v: `b${row.id}` })))).toMatchObject([
        { v: 'b2' },
        { v: 'b3' },
      ])
      expect(codec.mock.calls).toEqual([['a'], ['b'], ['a2'], ['a3'], ['b2'], ['b3']])
    })

    test('a codec runs once for each value where the database makes the ids', async () => {
      const codec = vi.fn((value: string) => value)
      const coded = customType<{ data: string }>({ dataType: () => 'text', toDriver: codec })
      await database.run(
        'drop table if exists numbered; create table numbered (id integer primary key generated always as identity, v text)',
      )
      const table = pgTable('numbered', {
        id: integer().primaryKey().generatedAlwaysAsIdentity(),
        v: coded(),
      })
      const made = await drizzleRepository({ executor: database.db, table }).saveMany([
        { id: 0, v: 'a' },
        { id: 0, v: 'b' },
      ])
      expect(made).toEqual([
        { id: 1, v: 'a' },
        { id: 2, v: 'b' },
      ])
      expect(codec.mock.calls).toEqual([['a'], ['b']])
    })

    test('a codec may write SQL of many parameters', async () => {
      const numbers = customType<{ data: number[] }>({
        dataType: () => 'integer[]',
        toDriver: (values) =>
          sql`array[${sql.join(
            values.map((value) => sql`${value}::integer`),
            sql`, `,
          )}]`,
      })
      const table = pgTable('listed', { id: integer().primaryKey(), v: numbers() })
      await database.run('create table listed (id integer primary key, v integer[])')
      const rows = Array.from({ length: 2_500 }, (_, id) => ({ id, v: Array.from({ length: 30 }, () => id) }))
      expect(await drizzleRepository({ executor: database.db, table }).saveMany(rows)).toEqual(rows)
    })

    test('SQL of many rows may refer to the row', async () => {
      const table = pgTable('totals', {
        id: integer().primaryKey(),
        n: integer().notNull(),
        version: integer().notNull(),
      })
      await database.run(
        'create table totals (id integer primary key, n integer not null, version integer not null)',
      )
      const totals = drizzleRepository({ executor: database.db, table })
      const saved = await totals.saveMany([1, 2, 3].map((id) => ({ id, n: id, version: 0 })))
      const more = (row: object | undefined) => ({ ...row, n: sql`${table.n} + 10` }) as never
      const [first, second, third] = saved
      const again = await totals.saveMany([more(first), { ...second, n: 7 } as never, more(third)])
      expect(again).toEqual([
        { id: 1, n: 11, version: 2 },
        { id: 2, n: 7, version: 2 },
        { id: 3, n: 13, version: 2 },
      ])
      const stale = await rejection(totals.saveMany([more(again[0]), more(third), more(again[1])]))
      expect(stale).toMatchObject({ code: 'CONFLICT', details: { id: 3, expected: 1, actual: 2 } })
      expect(await totals.find(always(), { orderBy: [{ field: 'id' }] })).toEqual(again)
    })

    test('more than a statement has parameters for are saved', async () => {
      const many = Array.from({ length: 5_000 }, (_, n) => user(n))
      const users = repository(database)
      const saved = await users.saveMany(many)
      const again = await users.saveMany(saved.map((one) => ({ ...one, score: 1 })))
      expect([again.length, new Set(again.map(({ version }) => version))]).toEqual([5_000, new Set([2])])
    })
  })

  describe('tracking', () => {
    test('writes when and by whom, keeps how it began, and deletes softly', async () => {
      const clock = new TestClock({ now: 1_000 })
      let by = 'ada'
      const users = repository(database, {
        clock,
        timestamps: true,
        softDelete: true,
        audit: { by: () => by },
      })
      const made = await users.save(user(1))
      await clock.advance('1s')
      by = 'bob'
      const changed = await users.save({ ...made, createdAt: new Date(5), createdBy: 'eve' })
      expect(changed).toMatchObject({
        createdAt: new Date(1_000),
        updatedAt: new Date(2_000),
        createdBy: 'ada',
        updatedBy: 'bob',
      })
      await clock.advance('1s')
      expect([await users.delete(made.id), await users.delete(made.id)]).toEqual([true, false])
      expect(await users.findById(made.id)).toBeUndefined()
      const gone = await users.getById(made.id, { includeDeleted: true })
      expect(gone).toMatchObject({ deletedAt: new Date(3_000), version: 3 })
      expect(await users.save({ ...gone, deletedAt: null })).toMatchObject({ version: 4 })
      expect(await users.count(always())).toBe(1)
      expect(await users.deleteWhere(isUser.equals('score', 1))).toBe(1)
      expect(await users.count(always(), { includeDeleted: true })).toBe(1)
    })

    test('reads what was deleted only where it is told to by a boolean', async () => {
      const users = repository(database, { softDelete: true })
      const options = { includeDeleted: 'false' as never }
      for (const read of [
        () => users.findById(user(1).id, options),
        () => users.getById(user(1).id, options),
        () => users.findOne(always(), options),
        () => users.find(always(), options),
        () => users.findPage(always(), options),
        () => users.count(always(), options),
        () => users.exists(always(), options),
        async () => users.stream(always(), options),
      ])
        await expect(read()).rejects.toMatchObject({ code: 'INVALID_OPTION' })
    })

    test('writes the time itself to what is read as text, wherever the process is', async () => {
      vi.stubEnv('TZ', 'Asia/Kathmandu')
      const clock = new TestClock({ now: 1_000 })
      const table = pgTable('stamped', {
        id: integer().primaryKey(),
        version: integer().notNull(),
        createdAt: timestamp({ mode: 'string' }),
        updatedAt: timestamp({ mode: 'string', withTimezone: true }),
        deletedAt: timestamp({ mode: 'string' }),
      })
      const options = { executor: database.db, table, clock, timestamps: true, softDelete: true } as const
      const stamped = drizzleRepository(options)
      const entity = { version: 0, createdAt: null, updatedAt: null, deletedAt: null }
      try {
        await stamped.save({ ...entity, id: 1 })
        await stamped.saveMany([2, 3].map((id) => ({ ...entity, id })))
        await clock.advance('1s')
        await stamped.delete(1)
        await stamped.deleteWhere(where<{ id: number }>().equals('id', 2) as never)
        await stamped.save(await stamped.getById(3))
      } finally {
        vi.unstubAllEnvs()
      }
      const utc = (name: string) => sql`to_char(${sql.identifier(name)}, 'HH24:MI:SS')`
      const rows = rowsOf(
        await database.db.execute(sql`select id, ${utc('createdAt')} as made, ${utc('deletedAt')} as gone,
          extract(epoch from "updatedAt")::int as changed from stamped order by id`),
      )
      expect(rows).toEqual([
        { id: 1, made: '00:00:01', gone: '00:00:02', changed: 2 },
        { id: 2, made: '00:00:01', gone: '00:00:02', changed: 2 },
        { id: 3, made: '00:00:01', gone: null, changed: 2 },
      ])
    })
  })

  test('pages and streams go by bytes as well', async () => {
    const bytes = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' })
    const table = pgTable('blobs', { id: bytes().primaryKey(), mark: bytes() })
    const blobs = drizzleRepository({ executor: database.db, table })
    const ids = Array.from({ length: 1_100 }, (_, n) => new Uint8Array([n >> 8, n % 256]))
    await blobs.saveMany(ids.map((id, n) => ({ id, mark: n % 2 === 0 ? id : null })))
    const seen: number[] = []
    for await (const { id } of blobs.stream(always())) seen.push((id[0] as number) * 256 + (id[1] as number))
    expect(seen).toEqual(ids.map((_, n) => n))
    const orderBy = [{ field: 'mark' }] as const
    const first = await blobs.findPage(always(), { orderBy, limit: 2 })
    const second = await blobs.findPage(always(), { orderBy, limit: 1, after: first.pageInfo.endCursor })
    expect([...(second.items[0]?.mark ?? [])]).toEqual([0, 4])
  })

  describe('reading', () => {
    test('an id that its column cannot hold is the id of nothing, and the case of a UUID means nothing', async () => {
      const id = 'abcdef00-0000-4000-8000-000000000000'
      await repository(database).save({ ...user(1), id })
      expect(await repository(database).findById('no uuid')).toBeUndefined()
      expect(await repository(database).findById(id.toUpperCase())).toMatchObject({ id })
      expect(await repository(database).delete('no uuid')).toBe(false)
    })

    test('an invalid date is the id of nothing', async () => {
      const id = timestamp({ withTimezone: true, precision: 3 }).primaryKey()
      const moments = drizzleRepository({ executor: database.db, table: pgTable('moments', { id }) })
      const [now, never] = [new Date(5), new Date(Number.NaN)]
      await moments.save({ id: now })
      expect([await moments.findById(now), await moments.findById(never)]).toEqual([{ id: now }, undefined])
      expect(await rejection(moments.getById(never))).toMatchObject({ code: 'NOT_FOUND' })
      expect(await moments.delete(never)).toBe(false)
    })

    test('pages go by microseconds, which a Date does not have', async () => {
      await repository(database).saveMany([user(1), user(2), user(3)])
      await database.run(
        `update users set "seenAt" = timestamptz '2026-01-31 10:00:00.123Z' + score * interval '1 microsecond'`,
      )
      const users = repository(database)
      const orderBy = [{ field: 'seenAt' }] as const
      const first = await users.findPage(always(), { orderBy, limit: 1 })
      const second = await users.findPage(always(), { orderBy, limit: 1, after: first.pageInfo.endCursor })
      const third = await users.findPage(always(), { orderBy, limit: 5, after: second.pageInfo.endCursor })
      expect([first, second, third].map(({ items }) => items.map(({ score }) => score))).toEqual([
        [1],
        [2],
        [3],
      ])
    })

    test.each([
      [
        { field: 'score', direction: 'asc', nulls: 'first' },
        { field: 'isActive', direction: 'desc' },
      ],
      [{ field: 'score', direction: 'desc', nulls: 'last' }, { field: 'mood' }],
      [
        { field: 'mood', nulls: 'first' },
        { field: 'rate', direction: 'desc' },
      ],
      [{ field: 'isActive' }, { field: 'email', direction: 'desc' }],
      [{ field: 'balance', direction: 'desc' }],
    ] as const)('pages keep any order, nulls and directions mixed: %j', async (...orderBy) => {
      const values = Array.from({ length: 12 }, (_, n) =>
        user(n, {
          email: ['B', 'a', 'é', 'Z'][n % 4] + String(n),
          score: n % 3 === 0 ? null : n % 2,
          isActive: n % 2 === 0,
          mood: ([null, 'sad', 'Glad'] as const)[n % 3] ?? null,
          rate: n % 5 === 0 ? Number.NaN : 0.1,
          balance: n % 4 === 0 ? null : '1.00',
        }),
      )
      const users = repository(database)
      await users.saveMany(values)
      const all = (await users.find(always(), { orderBy })).map(({ id }) => id)
      const seen: string[] = []
      let after: string | null = null
      do {
        const page: Awaited<ReturnType<typeof users.findPage>> = await users.findPage(always(), {
          orderBy,
          limit: 5,
          after,
        })
        expect(page.pageInfo.hasPreviousPage).toBe(seen.length > 0)
        seen.push(...page.items.map(({ id }) => id))
        after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null
      } while (after !== null)
      expect(seen).toEqual(all)
    })

    test('a cursor that somebody made up is refused', async () => {
      const users = repository(database)
      await users.save(user(1))
      const { pageInfo } = await users.findPage(always(), { orderBy: byScore })
      const [version, hash] = JSON.parse(Buffer.from(pageInfo.endCursor ?? '', 'base64url').toString())
      for (const keys of [
        ['x', 'y'],
        [7, null],
        [{}, null],
      ]) {
        const after = Buffer.from(JSON.stringify([version, hash, keys])).toString('base64url')
        expect(await rejection(users.findPage(always(), { orderBy: byScore, after }))).toBeInstanceOf(
          InvalidCursorError,
        )
      }
    })

    test('signed cursors are those of the secret alone', async () => {
      const signed = repository(database, { cursorSecret: 'a'.repeat(32) })
      await signed.saveMany([user(1), user(2)])
      const { pageInfo } = await signed.findPage(always(), { orderBy: byScore, limit: 1 })
      const options = { orderBy: byScore, after: pageInfo.endCursor }
      expect((await signed.findPage(always(), options)).items).toHaveLength(1)
      expect(await rejection(repository(database).findPage(always(), options))).toMatchObject({
        code: 'INVALID_CURSOR',
      })
    })

    test('a time that no Date can hold is an error that names the column, not an invalid date', async () => {
      await repository(database).save(user(1))
      await database.run(`update users set "seenAt" = 'infinity'`)
      expect(await rejection(repository(database).find(always()))).toMatchObject({
        code: 'UNREADABLE_ROW',
        details: { column: 'seenAt' },
      })

      const table = pgTable('visits', {
        id: integer().primaryKey(),
        at: timestamp({ withTimezone: true }).array(),
      })
      await database.run(`insert into visits values (1, '{2026-01-31, -infinity}')`)
      const visits = drizzleRepository({ executor: database.db, table })
      expect(await rejection(visits.getById(1))).toMatchObject({ details: { column: 'at' } })
    })

    test('a stream is read in batches, in flat memory', { timeout: LONG }, async () => {
      const count = runs({ ci: 30_000, soak: 1_000_000 })
      await database.run(`create table if not exists wide (id integer primary key, text text not null); truncate wide;
        insert into wide select n, repeat('x', ${30_000_000 / count}) || n from generate_series(1, ${count}) n`)
      const wide = pgTable('wide', { id: integer().primaryKey(), text: text().notNull() })
      setFlagsFromString('--expose_gc')
      const gc: () => void = runInNewContext('gc')
      const used = () => {
        gc()
        return process.memoryUsage().heapUsed
      }
      let seen = 0
      let early = 0
      for await (const { id } of drizzleRepository({ executor: database.db, table: wide }).stream(always())) {
        expect(id).toBe(++seen)
        if (seen === 5_000) early = used()
      }
      expect(seen).toBe(count)
      // What was read since is at least 25 MB.
      expect(used() - early).toBeLessThan(10_000_000)
    })

    test('a stream lets others write while it goes on', async () => {
      const users = repository(database)
      await users.saveMany([user(1), user(2)])
      for await (const one of users.stream(always())) await users.save({ ...one, score: 0 })
      expect(await users.count(isUser.equals('score', 0))).toBe(2)
    })

    test('what is no order of columns is refused', async () => {
      for (const field of ['nowhere', 'tags', 'email.length']) {
        const orderBy = [{ field }] as never
        expect(await rejection(repository(database).find(always(), { orderBy }))).toBeInstanceOf(
          InvalidOptionError,
        )
      }
    })

    test('a line has no order', async () => {
      const table = pgTable('lines', {
        id: integer().primaryKey(),
        tuple: line(),
        abc: line({ mode: 'abc' }),
      })
      const lines = drizzleRepository({ executor: database.db, table })
      for (const field of ['tuple', 'abc'] as const)
        expect(await rejection(lines.find(always(), { orderBy: [{ field }] }))).toBeInstanceOf(
          InvalidOptionError,
        )
    })
  })

  test('a mapper and fields make entities of rows', async () => {
    interface Member {
      readonly key: string
      readonly contact: { readonly email: string }
    }
    const members = drizzleRepository({
      executor: database.db,
      table: users,
      mapper: {
        toDomain: (row): Member & { version: number } => ({
          key: row.id,
          contact: { email: row.email },
          version: row.version,
        }),
        toRow: (member) => ({
          ...user(0),
          id: member.key,
          email: member.contact.email,
          version: member.version,
        }),
      },
      fields: { key: users.id, contact: { email: users.email } },
    })
    const saved = await members.save({ key: user(1).id, contact: { email: 'Ada' }, version: 0 })
    expect(saved).toEqual({ key: user(1).id, contact: { email: 'Ada' }, version: 1 })
    const isMember = where<Member & { version: number }>()
    expect(
      await members.find(isMember.startsWith('contact.email', 'A'), {
        orderBy: [{ field: 'contact.email' }, { field: 'key' }],
      }),
    ).toEqual([saved])
    // They take the place of the table: what the mapper hides cannot be asked for.
    const hidden = members.count(isUser.equals('email', 'Ada') as never)
    await expect(hidden).rejects.toBeInstanceOf(ValidationError)
    const secret = members.find(always(), { orderBy: [{ field: 'createdBy' as never }] })
    await expect(secret).rejects.toBeInstanceOf(InvalidOptionError)
  })

  test('a repository in a transaction of drizzle takes part in it', async () => {
    const failed = database.db.transaction(async (tx) => {
      const users = drizzleRepository({ executor: tx, table: userTable })
      await users.save(user(1))
      await rejection(users.saveMany([user(2), user(1)]))
      expect(await users.count(always())).toBe(1)
      throw new Error('no')
    })
    await rejection(failed)
    expect(await repository(database).count(always())).toBe(0)
  })

  test('a signal that aborts ends the call with its reason', async () => {
    const reason = new Error('the client went away')
    const controller = new AbortController()
    const found = rejection(repository(database).find(always(), { signal: controller.signal }))
    controller.abort(reason)
    expect(await found).toBe(reason)
  })

  test('a signal ends the wait of many, also for a lock or a turn', async () => {
    const users = repository(database)
    const controller = new AbortController()
    const reason = new Error('the client went away')
    const held = database.db.transaction(async (tx) => {
      await tx.insert(userTable).values(user(1))
      const many = rejection(users.saveMany([user(1), user(2)], { signal: controller.signal }))
      controller.abort(reason)
      expect(await many).toBe(reason)
      throw reason
    })
    expect(await rejection(held)).toBe(reason)
    expect(await users.count(always())).toBe(0)
  })

  test('in a transaction what comes after many that were aborted is kept', async () => {
    const controller = new AbortController()
    await database.db.transaction(async (tx) => {
      const users = drizzleRepository({ executor: tx, table: userTable })
      const many = rejection(users.saveMany([user(1), user(2)], { signal: controller.signal }))
      controller.abort(new Error('the client went away'))
      await many
      await users.save(user(3))
    })
    expect(await repository(database).find(always())).toMatchObject([{ id: user(3).id }])
  })

  test('a function of the row is refused, naming it', async () => {
    const isOdd = isUser.satisfies((one) => (one.score ?? 0) % 2 === 1, 'is odd')
    const error = await rejection(repository(database).find(isOdd))
    expect(error).toBeInstanceOf(UnsupportedError)
    expect(error).toMatchObject({ details: { name: 'is odd' } })
  })
})

const userTable = users

describePglite((database) => {
  beforeAll(() => database.run(TABLES))

  test('a replica serves the reads, unless the executor is a transaction', async () => {
    const asked: string[] = []
    const replica: typeof database.db = Object.create(database.db, {
      select: {
        value: (...fields: []) => {
          asked.push('replica')
          return database.db.select(...fields)
        },
      },
    })
    await drizzleRepository({ executor: database.db, table: users, replica }).save(user(1))
    expect(asked).toEqual([])
    await drizzleRepository({ executor: database.db, table: users, replica }).count(always())
    expect(asked).toEqual(['replica'])
    await database.db.transaction((tx) =>
      drizzleRepository({ executor: tx, table: users, replica }).count(always()),
    )
    const own = markTransaction(Object.create(database.db) as typeof database.db)
    await drizzleRepository({ executor: own, table: users, replica }).count(always())
    expect(asked).toEqual(['replica'])
  })

  test('pages by numbers of floating point go on, however few digits the server writes of them', async () => {
    const table = pgTable('measured', { id: integer().primaryKey(), at: doublePrecision(), rough: real() })
    await database.run(`create table measured (id integer primary key, at double precision, rough real);
      set extra_float_digits = -2`)
    onTestFinished(() => database.run('reset extra_float_digits'))
    const measured = drizzleRepository({ executor: database.db, table })
    const values = [0.1 + 0.2, 0.3, 1 / 3, 1e30 / 3, -0, Number.POSITIVE_INFINITY, Number.NaN, null]
    await measured.saveMany(values.map((at, id) => ({ id, at, rough: at })))
    for (const field of ['at', 'rough'] as const)
      for (const direction of ['asc', 'desc'] as const) {
        const orderBy = [{ field, direction }]
        const seen: number[] = []
        for (let after: string | null | undefined; after !== null && seen.length < 20; ) {
          const page: Page<{ id: number }> = await measured.findPage(always(), { orderBy, limit: 1, after })
          seen.push(...page.items.map(({ id }) => id))
          after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null
        }
        expect(seen).toEqual((await measured.find(always(), { orderBy })).map(({ id }) => id))
      }
  })

  test('columns are found under the names that the casing of the database gives them', async () => {
    await database.run(
      'create table posts (post_id integer primary key, long_title text not null, seen_count integer)',
    )
    const posts = pgTable('posts', {
      postId: integer().primaryKey(),
      longTitle: text().notNull(),
      seenCount: integer(),
    })
    const executor = drizzle(database.client, { casing: 'snake_case' })
    const repository = drizzleRepository({ executor, table: posts, id: 'postId' })
    await repository.save({ postId: 1, longTitle: 'a', seenCount: null })
    await repository.save({ postId: 1, longTitle: 'b', seenCount: 2 })
    const isPost = where<typeof posts.$inferSelect>()
    const found = await repository.findPage(isPost.equals('longTitle', 'b'), {
      orderBy: [{ field: 'seenCount' }],
    })
    expect(found.items).toEqual([{ postId: 1, longTitle: 'b', seenCount: 2 }])
    expect(await repository.deleteWhere(isPost.equals('seenCount', 2))).toBe(1)
    for (const [field, value] of [
      ['seenCount', 2 ** 31],
      ['longTitle', null],
    ] as const) {
      const wrong = { postId: 2, longTitle: 'c', seenCount: 1, [field]: value } as never
      const path = field.replace(/[TC]/, (letter) => `_${letter.toLowerCase()}`)
      await expect(repository.save(wrong)).rejects.toMatchObject({ issues: [{ path }] })
    }
  })

  test('a slow statement is told of, without its values', async () => {
    const heard: unknown[] = []
    const listen = (payload: unknown) => heard.push(payload)
    subscribe('base:drizzle:query:slow', listen)
    let elapsed = 0
    const clock = Object.assign(new TestClock(), { monotonic: () => (elapsed += 100) })
    await repository(database, { clock }).find(isUser.equals('email', 'secret'))
    unsubscribe('base:drizzle:query:slow', listen)
    expect(heard).toMatchObject([{ table: 'users', operation: 'find', duration: 100 }])
    expect(inspect(heard)).toContain('"email" = $1')
    expect(inspect(heard)).not.toContain('secret')
  })

  test('a statement is not slow because the wall clock was set', async () => {
    const heard: unknown[] = []
    const listen = (payload: unknown) => heard.push(payload)
    subscribe('base:drizzle:query:slow', listen)
    let wall = 0
    const clock = Object.assign(new TestClock(), { now: () => (wall += 3_600_000) })
    await repository(database, { clock }).find(isUser.equals('score', 1))
    unsubscribe('base:drizzle:query:slow', listen)
    expect(heard).toEqual([])
  })

  test.each([[undefined], [null], ['x'], [new Set([user(1)])]])(
    'refuses to save many of %o',
    async (many) => {
      await expect(repository(database).saveMany(many as never)).rejects.toThrow(
        '@base/drizzle Repository: entities must be an array',
      )
    },
  )

  test.each([
    [{ table: {} }, 'table'],
    [{ executor: {} }, 'executor'],
    [{ replica: {} }, 'replica'],
    [{ id: 'nope' }, 'id'],
    [{ version: 'nope' }, 'version'],
    [{ version: 'email' }, 'version'],
    [{ version: 'big' }, 'version'],
    [{ fields: 'users' }, 'fields'],
    [{ fields: null }, 'fields'],
    [{ mapper: null }, 'mapper'],
    [{ clock: {} }, 'clock'],
    [{ timestamps: { createdAt: 'nope' } }, 'timestamps.createdAt'],
    [{ softDelete: { deletedAt: 'nope' } }, 'softDelete.deletedAt'],
    [{ timestamps: { createdAt: 'email' } }, 'timestamps.createdAt'],
    [{ timestamps: { updatedAt: 'score' } }, 'timestamps.updatedAt'],
    [{ softDelete: { deletedAt: 'isActive' } }, 'softDelete.deletedAt'],
    [{ mapper: { toDomain: 7 } }, 'mapper.toDomain'],
    [{ mapper: class {} }, 'mapper.toDomain'],
    [{ cursorSecret: 'short' }, 'cursorSecret'],
  ])('a wrong option is refused by name: %o', (options, option) => {
    const make = () => repository(database, options)
    expect(make).toThrow(InvalidOptionError)
    expect(make).toThrow(option)
  })
})
