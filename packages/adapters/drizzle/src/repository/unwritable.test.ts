import { createCipheriv } from 'node:crypto'
import { inspect } from 'node:util'
import { AppError, ValidationError } from '@base/core/errors'
import {
  bigint,
  customType,
  integer,
  json,
  jsonb,
  pgTable,
  smallint,
  text,
  timestamp,
} from 'drizzle-orm/pg-core'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { describeDatabases } from '../test-databases.js'
import { drizzleRepository } from './drizzle-repository.js'

const cents = customType<{ data: bigint; driverData: string }>({
  dataType: () => 'bigint',
  toDriver: (value) => {
    if (value === -1n) throw new AppError({ code: 'NO_KEY', kind: 'internal', message: 'no key' })
    if (value === -2n) throw new Error('no key')
    if (value === -3n) createCipheriv('aes-256-gcm', 'short', 'iv')
    return BigInt(value).toString()
  },
})

const papers = pgTable('papers', {
  id: integer().primaryKey(),
  doc: jsonb(),
  raw: json(),
  signedAt: timestamp('signed_at', { withTimezone: true }),
  days: timestamp({ withTimezone: true }).array(),
  sum: bigint('the_sum', { mode: 'bigint' }),
  few: smallint(),
  paid: cents(),
  note: text(),
  version: integer().notNull(),
})
type Paper = typeof papers.$inferSelect
const paper: Paper = {
  id: 1,
  doc: null,
  raw: null,
  signedAt: null,
  days: null,
  sum: null,
  few: null,
  paid: null,
  note: null,
  version: 0,
}
const cyclic: Record<string, unknown> = {}
cyclic['self'] = cyclic

describeDatabases((database) => {
  const repository = () => drizzleRepository({ executor: database.db, table: papers })
  const rejection = (promise: Promise<unknown>) =>
    promise.then(
      () => expect.unreachable('it succeeded'),
      (error: unknown) => error,
    )

  beforeAll(() =>
    database.run(`create table papers (id integer primary key, doc jsonb, raw json, signed_at timestamptz, days timestamptz[],
      the_sum bigint, few smallint, paid bigint, note text, version integer not null)`),
  )
  beforeEach(() => database.run('truncate papers'))

  describe.each([
    ['doc', { total: 5n }],
    ['doc', cyclic],
    ['raw', { total: 5n }],
    ['signedAt', '2026-01-01T00:00:00Z'],
    ['days', ['2026-01-01T00:00:00Z']],
    ['days', { from: 1 }],
    ['paid', '12x'],
    ['paid', 1.5],
    ['paid', {}],
  ])('a %s of the wrong kind: %o', (path, value) => {
    const wrong = { [path]: value }
    test.each<[string, () => Promise<unknown>]>([
      ['a new one', () => repository().save({ ...paper, ...wrong })],
      ['a changed one', () => repository().save({ ...paper, version: 1, ...wrong })],
      ['new ones', () => repository().saveMany([paper, { ...paper, id: 2, ...wrong }])],
      [
        'changed ones',
        () =>
          repository().saveMany([
            { ...paper, version: 1 },
            { ...paper, id: 2, version: 1, ...wrong },
          ]),
      ],
    ])('is named in the error of %s, and the cause kept', async (_, save) => {
      const error = await rejection(save())
      expect(error).toBeInstanceOf(ValidationError)
      expect(error).toMatchObject({ kind: 'invalid', issues: [{ path }] })
      expect((error as Error).message).toContain(path)
      expect((error as Error).message).not.toMatch(/12x|1\.5|2026/)
      expect((error as Error).cause).toBeInstanceOf(Error)
    })
  })

  test('what a codec fails with that is no fault of the value stays as it is', async () => {
    expect(await rejection(repository().save({ ...paper, paid: -1n }))).toMatchObject({ code: 'NO_KEY' })
    const error = await rejection(repository().save({ ...paper, paid: -2n }))
    expect(error).not.toBeInstanceOf(AppError)
    expect(error).toMatchObject({ message: 'no key' })
    const keyless = await rejection(repository().save({ ...paper, paid: -3n }))
    expect(keyless).toMatchObject({ name: 'RangeError', code: 'ERR_CRYPTO_INVALID_KEYLEN' })
  })

  test('a save that is aborted without a reason to speak of rejects with it', async () => {
    const caller = new AbortController()
    const save = repository().save(paper, { signal: caller.signal })
    caller.abort(null)
    expect(await rejection(save)).toBe(null)
  })

  test.each([
    ['the_sum', { sum: 1.5 }],
    ['the_sum', { sum: 2n ** 64n }],
    ['few', { few: 70_000 }],
    ['signed_at', { signedAt: { toISOString: () => 'soon' } }],
  ])('what the database refuses as %s is told by its column, and not quoted', async (path, wrong) => {
    await repository().save({ ...paper, id: 2 })
    const row = wrong as unknown as Partial<Paper>
    for (const one of [paper, { ...paper, id: 2, version: 1 }]) {
      const error = await rejection(repository().save({ ...one, ...row }))
      expect(error).toMatchObject({ kind: 'invalid', issues: [{ path }] })
      expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(
        /1\.5|18446744073709551616|70000|soon/,
      )
    }
  })
})
