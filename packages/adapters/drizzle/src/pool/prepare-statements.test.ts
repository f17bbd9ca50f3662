import { describeWithService } from '@base-internal/tools/services'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import fc from 'fast-check'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { rowsOf } from '../executor.js'
import { drizzleRepository } from '../repository/index.js'
import { drizzleUnitOfWork, nodePostgres } from '../unit-of-work/index.js'
import { describeWithPgBouncer, startPgBouncer } from '../unit-of-work/test-pgbouncer.js'
import { guardPool, prepareStatements } from './index.js'

const things = pgTable('things', { id: integer().primaryKey(), name: text().notNull() })

describe('prepareStatements', () => {
  test.each([undefined, {}, 'postgres://localhost/shop'])('refuses %j, and names what it wants', (pool) => {
    expect(() => prepareStatements(pool as never)).toThrow(
      /^@base\/drizzle prepareStatements: pool must be an object with the methods connect, on, /,
    )
  })

  test.each([0, 10_001, 1.5, '7'])('refuses maxStatements %j', (maxStatements) => {
    expect(() => prepareStatements(new pg.Pool(), { maxStatements: maxStatements as number })).toThrow(
      /^@base\/drizzle prepareStatements: maxStatements must be /,
    )
  })

  test('gives back the pool that it was given, and prepares on it once', async () => {
    const pool = new pg.Pool()
    expect(prepareStatements(prepareStatements(pool))).toBe(pool)
    expect(pool.listenerCount('connect')).toBe(1)
    await pool.end()
  })
})

describeWithService('postgres', (postgres) => {
  let pool: pg.Pool
  const open = (options?: Parameters<typeof prepareStatements>[1]) =>
    prepareStatements(guardPool(new pg.Pool({ connectionString: postgres.url, max: 1 })), options)
  /** What the one connection keeps. */
  const kept = async () =>
    (await pool.query('select statement from pg_prepared_statements order by prepare_time')).rows.map(
      ({ statement }) => statement,
    )
  const times = async (count: number, ask: () => Promise<unknown>) => {
    for (let time = 0; time < count; time++) await ask()
  }
  const unitsOfWork = () => drizzleUnitOfWork(nodePostgres(pool), (executor) => ({ on: { executor } }))
  const seven = () => pool.query('select $1::int as n', [7])

  beforeEach(() => {
    pool = open()
  })
  afterEach(() => pool.end())

  test('a statement with parameters is prepared the third time that it comes, and gives what it gave', async () => {
    await times(2, seven)
    expect(await kept()).toEqual([])
    expect((await seven()).rows).toEqual([{ n: 7 }])
    expect(await kept()).toEqual(['select $1::int as n'])
    expect((await pool.query('select $1::int as n', [8])).rows).toEqual([{ n: 8 }])
    expect(await kept()).toHaveLength(1)
  })

  test.each([
    ['text and values', () => pool.query('select $1::int as n', [7])],
    ['an object', () => pool.query({ text: 'select $1::int as n', values: [7] })],
    ['an object, and values beside it', () => pool.query({ text: 'select $1::int as n' }, [7])],
    ['rows as lists', () => pool.query({ text: 'select $1::int as n', values: [7], rowMode: 'array' })],
    [
      'a callback',
      () => new Promise((resolve) => pool.query('select $1::int as n', [7], (_, result) => resolve(result))),
    ],
    [
      'a callback on a connection',
      async () => {
        const client = await pool.connect()
        const result = await new Promise((resolve) =>
          client.query('select $1::int as n', [7], (_, found) => resolve(found)),
        )
        client.release()
        return result
      },
    ],
  ])('given as %s', async (_, ask) => {
    await times(3, ask)
    expect(await kept()).toEqual(['select $1::int as n'])
    expect(Object.values(((await ask()) as pg.QueryResult).rows[0])).toEqual([7])
  })

  test('one without parameters, with a name of its own, or that is too long is sent as it is', async () => {
    const long = `select $1::int /* ${'-'.repeat(20_000)} */`
    await times(4, () => pool.query('select 7'))
    await times(4, () => pool.query('select 7', []))
    await times(4, () => pool.query(long, [7]))
    await times(4, () => pool.query({ name: 'mine', text: 'select $1::int as mine', values: [7] }))
    expect(await kept()).toEqual(['select $1::int as mine'])
  })

  test('several statements, a refusal and a bad parameter are answered as without it', async () => {
    const both = await pool.query('select 1 as a; select 2 as b')
    expect((both as unknown as pg.QueryResult[]).map(({ rows }) => rows)).toEqual([[{ a: 1 }], [{ b: 2 }]])
    const divide = () => pool.query('select 1 / $1::int as n', [0])
    await times(4, () => expect(divide()).rejects.toMatchObject({ code: '22012' }))
    const bad = () => pool.query('select $1::json as n', [{ n: 1n }])
    await times(4, () => expect(bad()).rejects.toThrow(TypeError))
    expect((await pool.query('select $1::json as n', [{ n: 1 }])).rows).toEqual([{ n: { n: 1 } }])
    await expect(pool.query(null as never)).rejects.toThrow(TypeError)
  })

  test('one that holds the time of its parsing is not prepared', async () => {
    await times(4, () => pool.query(`select 'now'::timestamptz as t, $1::int as n`, [7]))
    await times(4, () => pool.query(`select $1::text = 'nowhere' as n`, ['a']))
    expect(await kept()).toEqual([`select $1::text = 'nowhere' as n`])
  })

  test('values that cannot be sent harm nobody who comes after', async () => {
    const units = unitsOfWork()
    const read = (value: unknown) =>
      units.run(async ({ on: { executor } }) =>
        rowsOf(await executor.execute(sql`select ${sql.param(value)}::json as n`)),
      )
    await times(3, () => read({ n: 1 }))
    for (let time = 0; time < 8; time++) {
      await expect(read({ n: 1n })).rejects.toThrow()
      expect(await read({ n: 1 })).toEqual([{ n: { n: 1 } }])
    }
    await times(3, seven)
    expect(await kept()).toContain('select $1::int as n')
  })

  test('not more than maxStatements are', async () => {
    await pool.end()
    pool = open({ maxStatements: 2 })
    for (const n of [1, 2, 3, 1, 2, 3]) await times(3, () => pool.query(`select $1::int as n${n}`, [7]))
    expect(await kept()).toEqual(['select $1::int as n1', 'select $1::int as n2'])
  })

  test('what drizzle and a repository send is prepared too', async () => {
    const db = drizzle(pool)
    await db.execute(sql`create table if not exists things (id integer primary key, name text not null)`)
    const repository = drizzleRepository({ executor: db, table: things })
    for (const id of [1, 2, 3]) await repository.save({ id, name: 'a' })
    await times(3, () => repository.findById(2))
    await times(3, () => db.transaction((tx) => tx.select().from(things).where(sql`${things.id} > ${1}`)))
    expect(await kept()).toEqual([
      expect.stringMatching(/^insert into "things"/),
      expect.stringMatching(/"id" = \$1/),
      expect.stringMatching(/"things"\."id" > \$1/),
    ])
    expect(await repository.findById(2)).toEqual({ id: 2, name: 'a' })
  })

  describe('a table that changed beneath a statement', () => {
    const read = (on: Pick<pg.Pool, 'query'> = pool) => on.query('select * from shaped where id = $1', [1])
    const reshape = () => pool.query('alter table shaped alter column value type text')
    beforeEach(async () => {
      await pool.query('drop table if exists shaped')
      await pool.query('create table shaped (id integer, value integer)')
      await pool.query('insert into shaped values (1, 7)')
      await times(3, read)
    })

    test('is read as it is now, and by a callback', async () => {
      await reshape()
      for (const _ of [1, 2]) expect((await read()).rows).toEqual([{ id: 1, value: '7' }])
      await pool.query('alter table shaped add column more integer')
      const result = await new Promise<pg.QueryResult>((resolve, reject) =>
        pool.query('select * from shaped where id = $1', [1], (error, found) =>
          error ? reject(error) : resolve(found),
        ),
      )
      expect(result.rows).toEqual([{ id: 1, value: '7', more: null }])
      await read()
      expect((await kept()).filter((text) => text.includes('shaped'))).toHaveLength(3)
    })

    test('fails one transaction, and the next one succeeds', async () => {
      await reshape()
      const client = await pool.connect()
      await client.query('begin')
      await expect(read(client)).rejects.toMatchObject({ code: '0A000' })
      await client.query('rollback')
      await client.query('begin')
      expect((await read(client)).rows).toEqual([{ id: 1, value: '7' }])
      await client.query('commit')
      client.release()
    })

    test('is given up where that comes again and again', async () => {
      const typeAt = async () => {
        const { rows, fields } = await read()
        return [rows[0].value, fields[1]?.dataTypeID]
      }
      await pool.query('create schema if not exists other')
      await pool.query('create table if not exists other.shaped (id integer, value text)')
      await pool.query(`insert into other.shaped values (1, 'a')`)
      for (let time = 0; time < 20; time++) {
        await pool.query('set search_path = other')
        expect(await typeAt()).toEqual(['a', 25])
        await pool.query('set search_path = public')
        expect(await typeAt()).toEqual([7, 23])
      }
      expect((await kept()).filter((text) => text.includes('shaped'))).toHaveLength(5)
    })

    test('takes values of its new type after one failure', async () => {
      const units = unitsOfWork()
      const write = () =>
        units.run(async ({ on: { executor } }) => {
          await executor.execute(sql`update shaped set value = ${'8'} where id = 1`)
        })
      await times(3, write)
      await pool.query('alter table shaped alter column value type jsonb using to_jsonb(value)')
      await expect(write()).rejects.toMatchObject({ code: 'DATABASE_ERROR' })
      await write()
      expect((await read()).rows).toEqual([{ id: 1, value: 8 }])
    })

    test('lets a unit of work run again', async () => {
      await reshape()
      const units = unitsOfWork()
      let runs = 0
      const found = await units.run(async ({ on: { executor } }) => {
        runs++
        return rowsOf(await executor.execute(sql`select * from shaped where id = ${1}`))
      })
      expect([found, runs]).toEqual([[{ id: 1, value: '7' }], 2])
    })

    test('is not asked again behind what was sent meanwhile', async () => {
      await reshape()
      const client = await pool.connect()
      const early = read(client)
      const later = client.query('update shaped set value = 8')
      await expect(early).rejects.toMatchObject({ code: '0A000' })
      await later
      client.release()
    })
  })

  describe('statements that were taken away', () => {
    const warnings: string[] = []
    const hear = ({ name, message }: Error) => void warnings.push(`${name}: ${message}`)
    beforeEach(() => {
      warnings.length = 0
      process.on('warning', hear)
    })
    afterEach(() => void process.off('warning', hear))
    const warned = () =>
      vi.waitFor(() =>
        expect(warnings).toEqual([
          expect.stringMatching(/^PreparedStatementsWarning: @base\/drizzle prepareStatements: /),
        ]),
      )

    test('are prepared again, until that came three times', async () => {
      await times(3, seven)
      for (const left of [1, 1, 0, 0]) {
        await pool.query('deallocate all')
        expect((await seven()).rows).toEqual([{ n: 7 }])
        expect((await seven()).rows).toEqual([{ n: 7 }])
        expect(await kept()).toHaveLength(left)
      }
      await warned()
    })

    describeWithPgBouncer('by a pooler that knows nothing of them', () => {
      test('are answered all the same, and soon none is prepared', async () => {
        await using pooler = await startPgBouncer(postgres.url)
        const through = prepareStatements(guardPool(new pg.Pool({ connectionString: pooler.url, max: 6 })))
        const asked = Array.from({ length: 300 }, async (_, n) => {
          const { rows } = await through.query(`select $1::int as n${n % 5}`, [n])
          return Object.values(rows[0])[0]
        })
        expect(await Promise.all(asked)).toEqual(asked.map((_, n) => n))
        await warned()
        await through.end()
      })
    })
  })

  test('any sequence of statements on prepared and plain connections has the same answers', async () => {
    const plain = new pg.Pool({ connectionString: postgres.url, max: 1 })
    const texts = [
      'select $1::int + 1 as n',
      'select $1::text as t',
      'select 10 / $1::int as q',
      'select $1::int as n order by 1',
    ]
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...texts), fc.constantFrom(0, 5, '7', 'x', null)), {
          maxLength: 12,
        }),
        async (statements) => {
          for (const [statement, value] of statements) {
            const ask = (on: pg.Pool) =>
              on.query(statement, [value]).then(
                ({ rows, fields, rowCount }) => ({
                  rows,
                  rowCount,
                  types: fields.map(({ dataTypeID }) => dataTypeID),
                }),
                ({ code, message }) => ({ code, message }),
              )
            expect(await ask(pool)).toEqual(await ask(plain))
          }
        },
      ),
      { numRuns: 60 },
    )
    await plain.end()
  })
})
