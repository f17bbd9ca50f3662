import { once } from 'node:events'
import { describeWithService, type Line, lineTo } from '@base-internal/tools/services'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { guardPool } from './index.js'

describe('guardPool', () => {
  test.each([undefined, {}, 'postgres://localhost/shop'])('refuses %j, and names what it wants', (pool) => {
    expect(() => guardPool(pool as never)).toThrow(
      /^@base\/drizzle guardPool: pool must be an object with the methods connect, on, /,
    )
  })

  test('gives back the pool that it was given, and guards it once', async () => {
    const pool = new pg.Pool()
    expect(guardPool(guardPool(pool))).toBe(pool)
    expect([pool.listenerCount('error'), pool.listenerCount('connect')]).toEqual([1, 1])
    await pool.end()
  })
})

describeWithService('postgres', (postgres) => {
  let line: Line
  let pool: pg.Pool
  beforeEach(async () => {
    line = await lineTo(postgres.url)
    pool = guardPool(new pg.Pool({ connectionString: line.url, max: 1 }))
  })
  afterEach(async () => {
    await pool.end()
    await line[Symbol.asyncDispose]()
  })

  const impatient = (text: string) => ({ text, query_timeout: 50 })
  const ask = async () => (await pool.query('select 7 as seven')).rows

  test('a connection that breaks while it is idle is replaced', async () => {
    await ask()
    const removed = new Promise((resolve) => pool.once('remove', resolve))
    line.reset()
    await removed
    expect(await ask()).toEqual([{ seven: 7 }])
  })

  test('one that breaks between two statements of a transaction is told by the next one', async () => {
    const db = drizzle(pool)
    const client = await pool.connect()
    const broken = once(client, 'end')
    const transaction = drizzle(client).transaction(async (tx) => {
      line.reset()
      await broken
      await tx.execute(sql`select 1`)
    })
    await expect(transaction).rejects.toThrow()
    client.release()
    expect((await db.execute(sql`select 7 as seven`)).rows).toEqual([{ seven: 7 }])
  })

  test('what is written after a transaction whose answer is overdue is not lost in it', async () => {
    await pool.query('create table guarded (id integer)')
    const client = await pool.connect()
    await client.query('begin')
    for (const text of ['select pg_sleep(0.5)', 'rollback'])
      await expect(client.query(impatient(text))).rejects.toThrow()
    client.release()
    await pool.query('insert into guarded values (1)')

    const others = new pg.Client({ connectionString: postgres.url })
    await others.connect()
    const { rows } = await others.query('select id from guarded')
    await others.end()
    expect(rows).toEqual([{ id: 1 }])
  })

  test('whoever has a transaction hears that its statement was overdue, and not that its ROLLBACK could not be sent', async () => {
    const client = await pool.connect()
    const transaction = drizzle(client).transaction(() => client.query(impatient('select pg_sleep(0.5)')))
    await expect(transaction).rejects.toMatchObject({ cause: { message: 'Query read timeout' } })
    client.release()
  })

  test('so does whoever asks with a callback', async () => {
    const client = await pool.connect()
    const closed = once(client, 'end')
    const ask = (query: string | ReturnType<typeof impatient>) =>
      new Promise((resolve) => client.query(query as string, resolve))
    expect(await ask('select 1')).toBeNull()
    const overdue = await ask(impatient('select pg_sleep(0.5)'))
    expect(overdue).toMatchObject({ message: 'Query read timeout' })
    await closed
    expect(await ask('rollback')).toBe(overdue)
    client.release()
  })

  test('a connection on which nothing comes any more is closed, and another one opened', async () => {
    const client = await pool.connect()
    const closed = once(client, 'end')
    line.cut('select 1', 'silently')
    await expect(client.query(impatient('select 1'))).rejects.toThrow('Query read timeout')
    await closed
    client.release()
    line.cut(undefined)
    expect(await ask()).toEqual([{ seven: 7 }])
  })

  test('whoever waits for a connection hears that the pool is ended', async () => {
    const ending = guardPool(new pg.Pool({ connectionString: line.url, max: 1 }))
    const holder = await ending.connect()
    const waits = expect(ending.query('select 1')).rejects.toThrow('Cannot use a pool after calling end')
    const ended = ending.end()
    await waits
    holder.release()
    await ended
    expect(ending.waitingCount).toBe(0)
  })

  test('a refusal of the server closes nothing', async () => {
    const client = await pool.connect()
    await expect(client.query('select 1/0')).rejects.toThrow('division by zero')
    expect((await client.query('select 7 as seven')).rows).toEqual([{ seven: 7 }])
    client.release()
    expect(pool.totalCount).toBe(1)
  })
})
