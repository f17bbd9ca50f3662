import { always } from '@base/domain/specification'
import type { RunOptions } from '@base/domain/unit-of-work'
import { describeWithService } from '@base-internal/tools/services'
import { sql } from 'drizzle-orm'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { rowsOf } from '../executor.js'
import { guardPool, prepareStatements } from '../pool/index.js'
import { nodePostgres } from './index.js'
import { item, type Repos, rejection, TABLE, unitsOn } from './test-units.js'

/** What `pg` writes by and hears, which its types do not tell. */
interface Wired {
  readonly connection: {
    parse(query: { text: string }): void
    query(text: string): void
    on(event: 'readyForQuery', listener: () => void): void
    readonly stream: { pause(): void; resume(): void }
  }
  readonly connectionParameters: { query_timeout: number }
}

type Query = (...args: unknown[]) => Promise<pg.QueryResult>
type Wrap = (query: Query) => Query
type Layer = (pool: pg.Pool) => void

/** Wraps the `query` of each connection that a pool opens. */
const wrapping =
  (wrap: Wrap): Layer =>
  (pool) =>
    pool.on('connect', (client) => {
      client.query = wrap(client.query.bind(client) as Query) as typeof client.query
    })

/** Wraps that of `pg` itself, until the end of the test, for connections that are opened from now on. */
const patch = (wrap: Wrap, mark?: { readonly __wrapped: boolean }) => {
  const { prototype } = pg.Client
  const original = prototype.query
  const patched = function (this: pg.Client, ...args: unknown[]) {
    return wrap(original.bind(this) as Query)(...args)
  }
  prototype.query = Object.assign(patched, mark) as typeof original
  onTestFinished(() => {
    prototype.query = original
  })
}

const textOf = (query: unknown) => (typeof query === 'string' ? query : (query as { text: string }).text)

/** The first word of each statement that it lets through. */
const noting =
  (words: string[]): Wrap =>
  (query) =>
  (...args) => {
    words.push(...textOf(args[0]).split(' ', 1))
    return query(...args)
  }

/** A statement that fails before it is sent. */
const unsendable = sql`select ${sql.param({
  toPostgres: () => {
    throw new Error('no value')
  },
})}::text`

describeWithService('postgres', (postgres) => {
  let pool: pg.Pool
  let roundTrips: number
  let client: Wired & pg.PoolClient
  const ids = async () => (await pool.query('select id from items order by id')).rows.map(({ id }) => id)
  const run = <R>(fn: (tx: Repos) => Promise<R>, options?: RunOptions) =>
    unitsOn(nodePostgres(pool)).run(fn, options)

  const refuseBegin = () => {
    const { connection } = client
    const parse = connection.parse.bind(connection)
    connection.parse = (query) => parse(query.text === 'begin' ? { text: 'begix' } : query)
    const query = connection.query.bind(connection)
    connection.query = (text) => query(text === 'begin' ? 'begix' : text)
  }

  /** Another pool, with what is put on it in this order. */
  const reopen = async (layers: readonly Layer[], max = 1) => {
    await pool.end()
    pool = new pg.Pool({ connectionString: postgres.url, max })
    for (const layer of layers) layer(pool)
  }

  beforeEach(async () => {
    pool = prepareStatements(new pg.Pool({ connectionString: postgres.url, max: 1 }))
    await pool.query(`drop table if exists items; ${TABLE}`)
    client = (await pool.connect()) as typeof client
    client.connection.on('readyForQuery', () => {
      roundTrips++
    })
    client.release()
    roundTrips = 0
  })
  afterEach(() => pool.end())

  describe('BEGIN', () => {
    test('goes along with the first statement', async () => {
      await run((tx) => tx.items.save(item(1)))
      expect(roundTrips).toBe(2)
      expect(await ids()).toEqual([1])
    })

    test('goes before a first statement without parameters', async () => {
      await run((tx) => tx.raw.executor.execute(sql`insert into items values (1, 1, 1)`))
      expect(roundTrips).toBe(3)
      expect(await ids()).toEqual([1])
    })

    test('is not sent where nothing is, and the connection is of use to others', async () => {
      expect(await run(async () => 7)).toBe(7)
      const fault = new Error('no stock')
      expect(await rejection(run(() => Promise.reject(fault)))).toBe(fault)
      expect([roundTrips, pool.idleCount]).toEqual([0, 1])
      expect(await ids()).toEqual([])
    })

    test('has the modes of its unit', async () => {
      const modes = await run(
        async ({ raw }) => {
          const [row] = rowsOf(
            await raw.executor.execute(
              sql`select current_setting(${'transaction_isolation'}) as isolation, current_setting(${'transaction_read_only'}) as read_only`,
            ),
          )
          return row
        },
        { isolation: 'serializable', readOnly: true },
      )
      expect(modes).toEqual({ isolation: 'serializable', read_only: 'on' })
    })

    test('takes back what came along with it', async () => {
      const fault = new Error('no stock')
      const failed = run(async (tx) => {
        await tx.items.save(item(1))
        throw fault
      })
      expect(await rejection(failed)).toBe(fault)
      expect(await ids()).toEqual([])
    })

    test.each([
      ['with a statement', (tx: Repos) => tx.items.save(item(1))],
      ['before one', ({ raw }: Repos) => raw.executor.execute(sql`insert into items values (1, 1, 1)`)],
    ])('that is refused, %s, lets nothing be done outside of a transaction', async (_, first) => {
      refuseBegin()
      let second: unknown
      const failed = run(async (tx) => {
        await rejection(first(tx))
        second = await rejection(tx.items.save(item(2)))
      })
      expect(await rejection(failed)).toMatchObject({ code: 'TRANSACTION_ABORTED' })
      expect(second).toMatchObject({ code: 'TRANSACTION_ABORTED', cause: { cause: { code: '42601' } } })
      expect(await ids()).toEqual([])
    })

    test('that is refused along with a statement that is not sent lets nothing be done outside of a transaction', async () => {
      refuseBegin()
      const fault = new Error('no stock')
      const failed = run(async (tx) => {
        await rejection(tx.raw.executor.execute(unsendable))
        expect(await rejection(tx.items.save(item(1)))).toMatchObject({
          code: 'TRANSACTION_ABORTED',
        })
        throw fault
      })
      expect(await rejection(failed)).toBe(fault)
      expect(await ids()).toEqual([])
    })

    test('whose answer is late lets nothing more be done, for it may be refused', async () => {
      refuseBegin()
      const { stream } = client.connection
      stream.pause()
      client.connectionParameters.query_timeout = 1
      const failed = run(async (tx) => {
        await rejection(tx.raw.executor.execute(sql`select ${1}::int`))
        client.connectionParameters.query_timeout = 0
        stream.resume()
        await tx.items.save(item(1))
      })
      expect(await rejection(failed)).toMatchObject({
        code: 'TRANSACTION_ABORTED',
        cause: { code: 'TIMEOUT' },
      })
      expect(await ids()).toEqual([])
    })

    test('stands before a first statement of which a value cannot be sent', async () => {
      const fault = new Error('no stock')
      const then = (fails: boolean) =>
        run(async (tx) => {
          await rejection(tx.raw.executor.execute(unsendable))
          await tx.items.save(item(fails ? 1 : 2))
          if (fails) throw fault
        })
      expect(await rejection(then(true))).toBe(fault)
      await then(false)
      expect(await ids()).toEqual([2])
    })

    test('of a first statement that is not sent has its answer before the next one has', async () => {
      await client.query({ name: 'taken', text: 'select 1 where 1 = $1', values: [1] })
      await run(async (tx) => {
        const taken = tx.raw.executor
          .select({ n: sql`${1}` })
          .from(sql`items`)
          .prepare('taken')
        expect(await rejection(taken.execute())).toMatchObject({
          cause: { message: expect.stringContaining("'taken' was used for a different statement") },
        })
        await tx.items.save(item(2))
        expect(await tx.items.count(always())).toBe(1)
      })
      expect(await ids()).toEqual([2])
    })

    test('has no result that whoever patches pg without a mark sees', async () => {
      const commands: string[] = []
      patch((query) => async (...args) => {
        const result = await query(...args)
        commands.push(result.command)
        return result
      })
      await reopen([])
      await run((tx) => tx.items.save(item(1)))
      await run((tx) => tx.items.findById(1))
      expect(commands).toEqual(['INSERT', 'COMMIT', 'SELECT', 'COMMIT'])
    })

    test('by itself sends no statement after an abort', async () => {
      const [controller, reason, texts] = [new AbortController(), new Error('gone'), [] as unknown[]]
      const query = client.query.bind(client) as Query
      client.query = (async (...args: unknown[]) => {
        texts.push(args[0])
        const result = await query(...args)
        controller.abort(reason)
        return result
      }) as typeof client.query
      const { signal } = controller
      expect(await rejection(run((tx) => tx.raw.executor.execute(sql`select 1`), { signal }))).toBe(reason)
      expect(texts).toEqual(['begin', 'rollback'])
    })
  })

  describe("what wraps a client's query", () => {
    test.each<[string, (stranger: Layer) => Layer[]]>([
      ['alone', (stranger) => [stranger]],
      ['above ours', (stranger) => [guardPool, prepareStatements, stranger]],
      ['between ours', (stranger) => [guardPool, stranger, prepareStatements]],
      ['below ours', (stranger) => [stranger, prepareStatements, guardPool]],
    ])('sees BEGIN: %s', async (_, layers) => {
      const words: string[] = []
      await reopen(layers(wrapping(noting(words))))
      await run((tx) => tx.items.save(item(1)))
      expect(words).toEqual(['begin', 'insert', 'commit'])
      expect(await ids()).toEqual([1])
    })

    test.each<[string, Layer[]]>([
      ['alone', []],
      ['below ours', [guardPool, prepareStatements]],
    ])('sees BEGIN, as a patch of pg that says so, as of OpenTelemetry: %s', async (_, layers) => {
      const words: string[] = []
      patch(noting(words), { __wrapped: true })
      await reopen(layers)
      await run((tx) => tx.items.save(item(1)))
      expect(words).toEqual(['begin', 'insert', 'commit'])
    })

    test('sees BEGIN, as the method of a class of your own', async () => {
      const words: string[] = []
      class Client extends pg.Client {
        // biome-ignore lint/suspicious/noExplicitAny: it has many overloads.
        override query(...args: any[]): any {
          return noting(words)(super.query.bind(this) as Query)(...args)
        }
      }
      await pool.end()
      pool = guardPool(new pg.Pool({ connectionString: postgres.url, max: 1, Client }))
      await run((tx) => tx.items.save(item(1)))
      expect(words).toEqual(['begin', 'insert', 'commit'])
    })

    test.each<[string, Layer[]]>([
      ['nothing', []],
      ['guardPool', [guardPool]],
      ['prepareStatements', [prepareStatements]],
      ['prepareStatements above guardPool', [guardPool, prepareStatements]],
      ['guardPool above prepareStatements', [prepareStatements, guardPool]],
    ])('is ours: BEGIN goes along under %s', async (_, layers) => {
      await reopen(layers)
      const connected = (await pool.connect()) as typeof client
      connected.connection.on('readyForQuery', () => {
        roundTrips++
      })
      connected.release()
      await run((tx) => tx.items.save(item(1)))
      expect(roundTrips).toBe(2)
    })

    const down = new Error('BEGIN is down')
    const failing: [string, (begin: () => Promise<pg.QueryResult>) => Promise<pg.QueryResult>][] = [
      ['rejects', () => Promise.reject(down)],
      [
        'throws',
        () => {
          throw down
        },
      ],
      ['sends it, and rejects', (begin) => begin().then(() => Promise.reject(down))],
    ]
    describe.each(failing)('and %s for BEGIN', (_, fail) => {
      const failBegin = wrapping(
        (query) =>
          (...args) =>
            textOf(args[0]) === 'begin' ? fail(() => query(...args)) : query(...args),
      )

      test('fails the unit, and leaks no connection: 100 times on a pool of 5', async () => {
        await reopen([guardPool, prepareStatements, failBegin], 5)
        const save = () => rejection(run((tx) => tx.items.save(item(1))))
        for (let time = 0; time < 20; time++) {
          const errors = await Promise.all([save(), save(), save(), save(), save()])
          expect(errors.map((error) => (error as Error).cause)).toEqual([down, down, down, down, down])
        }
        expect([pool.totalCount - pool.idleCount, pool.waitingCount]).toEqual([0, 0])
        expect(await ids()).toEqual([])
      })

      test('fails the unit that swallows that', async () => {
        await reopen([failBegin])
        const swallowed = run(async (tx) => void (await rejection(tx.items.save(item(1)))))
        expect(await rejection(swallowed)).toMatchObject({ code: 'TRANSACTION_ABORTED', cause: down })
        expect(await ids()).toEqual([])
      })

      test('lets nothing be done outside of a transaction', async () => {
        await reopen([failBegin])
        const fault = new Error('no stock')
        const failed = run(async (tx) => {
          await rejection(tx.items.save(item(1)))
          expect(await rejection(tx.items.save(item(2)))).toMatchObject({
            code: 'TRANSACTION_ABORTED',
            cause: down,
          })
          throw fault
        })
        expect(await rejection(failed)).toBe(fault)
        expect(await ids()).toEqual([])
      })
    })
  })

  describe('a statement that is prepared along with BEGIN', () => {
    /** It comes twice before. */
    const come = async () => {
      for (const id of [1, 2]) await run((tx) => tx.items.save(item(id)))
    }
    const kept = async () =>
      (await pool.query("select 1 from pg_prepared_statements where statement like 'insert%'")).rows.length

    test('is kept', async () => {
      await come()
      for (const id of [3, 4]) await run((tx) => tx.items.save(item(id)))
      expect([await ids(), await kept()]).toEqual([[1, 2, 3, 4], 1])
    })

    test('is kept where it then fails', async () => {
      await come()
      expect(await rejection(run((tx) => tx.items.save(item(1))))).toMatchObject({ code: 'CONFLICT' })
      await run((tx) => tx.items.save(item(3)))
      expect([await ids(), await kept()]).toEqual([[1, 2, 3], 1])
    })

    test.each(['at once', 'in a while'])(
      'is not taken for kept where the server cannot parse it, sent %s',
      async (when) => {
        const later: Wrap =
          (query) =>
          async (...args) => {
            await Promise.resolve()
            return query(...args)
          }
        if (when !== 'at once') patch(later)
        await reopen([prepareStatements])
        await come()
        await pool.query('alter table items rename to things')
        expect(await rejection(run((tx) => tx.items.save(item(3))))).toMatchObject({
          cause: { code: '42P01' },
        })
        await pool.query('alter table things rename to items')
        await run((tx) => tx.items.save(item(3)))
        expect([await ids(), await kept()]).toEqual([[1, 2, 3], 1])
      },
    )

    test('whose result has another type by now runs again in a transaction, and not behind one that failed', async () => {
      const read = () => run(({ raw }) => raw.executor.execute(sql`select * from items where id = ${1}`))
      for (const _ of [1, 2, 3]) await read()
      await pool.query('insert into items values (1, 1, 1)')
      await pool.query('alter table items add column note text')
      expect(rowsOf(await read())).toEqual([{ id: 1, n: 1, version: 1, note: null }])
    })
  })
})
