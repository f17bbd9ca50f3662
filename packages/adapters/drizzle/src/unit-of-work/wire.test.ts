import { once } from 'node:events'
import { Socket } from 'node:net'
import { TestClock } from '@base/core/testing'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { integer, pgTable } from 'drizzle-orm/pg-core'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { drizzleRepository } from '../repository/index.js'
import { nodePostgres } from './index.js'
import { gate, rejection, unitsOn } from './test-units.js'
import { BEGUN, done, ready, refusal, WELCOME, wireServer } from './test-wire.js'

const STARTUP = 'user\0base'
const CANCEL = '\x04\xd2\x16\x2e'
const SHUTDOWN = refusal('FATAL', '57P01', 'terminating connection due to administrator command')

/** Runs a function, and gives what would have ended the process meanwhile. */
async function uncaughtIn(fn: () => Promise<unknown>): Promise<unknown[]> {
  const uncaught: unknown[] = []
  const note = (error: unknown) => uncaught.push(error)
  process.on('uncaughtException', note)
  try {
    await fn()
    await new Promise((resolve) => setImmediate(resolve))
    return uncaught
  } finally {
    process.off('uncaughtException', note)
  }
}

/** Once somebody waits by the clock, lets the time for an end pass. */
async function giveUp(clock: TestClock): Promise<void> {
  while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve))
  await clock.advance('5s')
}

function poolOn(url: string, options: pg.PoolConfig = {}): pg.Pool {
  return new pg.Pool({ connectionString: url, max: 1, ...options }).on('error', () => {})
}

describe('a connection that is ended by the packet that opens it', () => {
  const items = pgTable('items', { id: integer().primaryKey(), version: integer().notNull() })
  const shutDown = (_: string, socket: Socket) => void socket.end(Buffer.concat([WELCOME, SHUTDOWN]))

  test('makes a unit unavailable, and does not end the process', async () => {
    await using server = await wireServer(shutDown)
    const pool = poolOn(server.url)
    const run = () =>
      rejection(unitsOn(nodePostgres(pool)).run((tx) => tx.raw.executor.execute(sql`select ${1}`)))
    expect(await uncaughtIn(async () => expect(await run()).toMatchObject({ code: 'UNAVAILABLE' }))).toEqual(
      [],
    )
    expect(pool.totalCount).toBe(0)
    await pool.end()
  })

  test('makes saveMany unavailable, and does not end the process', async () => {
    await using server = await wireServer(shutDown)
    const pool = poolOn(server.url)
    const repository = drizzleRepository({ executor: drizzle(pool), table: items })
    const two = [1, 2].map((id) => ({ id, version: 0 }))
    expect(
      await uncaughtIn(async () =>
        expect(await rejection(repository.saveMany(two))).toMatchObject({ code: 'UNAVAILABLE' }),
      ),
    ).toEqual([])
    expect(pool.totalCount).toBe(0)
    await pool.end()
  })

  test('goes back after an abort, and does not end the process', async () => {
    const [opened, controller] = [gate(), new AbortController()]
    await using server = await wireServer((_, socket) => {
      controller.abort(new Error('gone'))
      shutDown(_, socket)
      opened.open()
    })
    const pool = poolOn(server.url)
    const removed = once(pool, 'remove')
    const run = () =>
      rejection(unitsOn(nodePostgres(pool)).run(() => expect.unreachable(), { signal: controller.signal }))
    expect(
      await uncaughtIn(async () => {
        expect(await run()).toMatchObject({ message: 'gone' })
        await removed
      }),
    ).toEqual([])
    await pool.end()
  })
})

test('a COMMIT that was cancelled before it began leaves the transaction open, so its connection is closed', async () => {
  await using server = await wireServer((said, socket) => {
    if (said.includes(STARTUP)) socket.write(WELCOME)
    else if (said.includes('commit'))
      socket.write(
        Buffer.concat([refusal('ERROR', '57014', 'canceling statement due to user request'), ready('E')]),
      )
    else if (said.startsWith('X')) socket.end()
    else socket.write(BEGUN)
  })
  const pool = poolOn(server.url)
  const error = await rejection(
    unitsOn(nodePostgres(pool)).run((tx) => tx.raw.executor.execute(sql`update items set n = ${1}`)),
  )
  expect(error).toMatchObject({ kind: 'cancelled' })
  expect(pool.totalCount).toBe(0)
  await pool.end()
})

test('a request to cancel that nobody answers does not keep the process alive', async () => {
  const [running, asked, clock, streams] = [gate(), gate(), new TestClock(), [] as Socket[]]
  await using server = await wireServer((said, socket) => {
    if (said.includes(STARTUP)) socket.write(WELCOME)
    else if (said.includes(CANCEL)) asked.open()
    else running.open()
  })
  const stream = () => streams[streams.push(new Socket()) - 1]
  const [pool, controller] = [poolOn(server.url, { stream } as pg.PoolConfig), new AbortController()]
  const run = rejection(
    unitsOn(nodePostgres(pool), { clock }).run((tx) => tx.raw.executor.execute(sql`select ${1}`), {
      signal: controller.signal,
    }),
  )
  await running.opened
  controller.abort(new Error('gone'))
  await asked.opened
  await giveUp(clock)
  expect(await run).toMatchObject({ message: 'gone' })
  const [, request] = streams as { _handle?: { hasRef(): boolean } }[]
  expect(request?._handle?.hasRef()).toBe(false)
  await pool.end()
})

test('a request to cancel that cannot be made ends no process, and the unit all the same', async () => {
  const [running, clock, controller] = [gate(), new TestClock(), new AbortController()]
  await using server = await wireServer((said, socket) => {
    if (said.includes(STARTUP)) socket.write(WELCOME)
    else running.open()
  })
  let streams = 0
  const stream = () => {
    if (streams++ > 0) throw new Error('The certificate is away.')
    return new Socket()
  }
  const pool = poolOn(server.url, { stream } as pg.PoolConfig)
  const { signal } = controller
  const uncaught = await uncaughtIn(async () => {
    const run = rejection(
      unitsOn(nodePostgres(pool), { clock }).run((tx) => tx.raw.executor.execute(sql`select ${1}`), {
        signal,
      }),
    )
    await running.opened
    controller.abort(new Error('gone'))
    await giveUp(clock)
    expect(await run).toMatchObject({ message: 'gone' })
  })
  expect([uncaught, streams]).toEqual([[], 2])
  await pool.end()
})

describe('in the pipeline mode of pg', () => {
  test.each(['rollback', 'commit'] as const)(
    'a %s that is not answered is given up, and who waits for the connection has another',
    async (how) => {
      const [ending, clock, controller] = [gate(), new TestClock(), new AbortController()]
      let isDeaf = true
      await using server = await wireServer((said, socket) => {
        if (said.includes(STARTUP)) socket.write(WELCOME)
        else if (!said.startsWith('Q')) socket.write(BEGUN)
        else if (isDeaf) ending.open()
        else socket.write(Buffer.concat([done(how.toUpperCase()), ready('I')]))
      })
      const pool = poolOn(server.url, { pipeline: true } as pg.PoolConfig)
      const units = unitsOn(nodePostgres(pool), { clock })
      const fault = new Error('no stock')
      const run = rejection(
        units.run(
          async (tx) => {
            await tx.raw.executor.execute(sql`update items set n = ${1}`)
            if (how === 'rollback') throw fault
          },
          { signal: controller.signal },
        ),
      )
      await ending.opened
      isDeaf = false
      const waiting = units
        .run((tx) => tx.raw.executor.execute(sql`update items set n = ${2}`))
        .catch(() => {})
      controller.abort(new Error('gone'))
      await giveUp(clock)
      expect(await run).toMatchObject(
        how === 'rollback' ? { message: 'no stock' } : { code: 'COMMIT_UNKNOWN' },
      )
      await waiting
      await pool.end()
    },
  )
})
