import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { uuidv7 } from '@base/core/id'
import { secret } from '@base/core/secret'
import { openDatabase } from '../src/database/database.ts'
import { notesIn } from '../src/notes/note-table.ts'

/** Lets everybody in, as PostgreSQL says it: AuthenticationOk, ReadyForQuery. */
const WELCOME = Buffer.from('R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I', 'latin1')
/** A transaction is open: CommandComplete, ReadyForQuery. */
const BEGUN = Buffer.from('C\0\0\0\x0aBEGIN\0Z\0\0\0\x05T', 'latin1')

/** A database on a server that lets everybody in, begins transactions, and then says nothing; `asked` resolves once it was asked something, `greeted` with what it was told before. */
async function silentDatabase(t: TestContext) {
  const greeted = Promise.withResolvers<string>()
  const asked = Promise.withResolvers<Socket>()
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', (greeting) => {
      greeted.resolve(greeting.toString('latin1'))
      socket.write(WELCOME)
      socket.on('data', (data) => {
        if (data.includes('begin\0')) socket.write(BEGUN)
        else asked.resolve(socket)
      })
    })
  })
  t.after(() => server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  t.mock.timers.enable({ apis: ['setTimeout'] })
  return {
    greeted: greeted.promise,
    asked: asked.promise,
    ...openDatabase({ databaseUrl: secret(`postgres://x@127.0.0.1:${address.port}/x`) }),
  }
}

test('a request does not wait for a database that says nothing', { timeout: 20_000 }, async (t) => {
  const { db, greeted, asked, part } = await silentDatabase(t)
  const found = notesIn(db).findById(uuidv7())
  // The server is told to give up before we do: else what waits there for a lock keeps its connection, and the pool opens another.
  assert.ok((await greeted).includes('\0statement_timeout\x009000\0'))
  await asked
  t.mock.timers.tick(10_000)
  await assert.rejects(found, { kind: 'timeout' })
  await part.stop()
})

test('a transaction that is overdue leaves its connection to nobody', { timeout: 20_000 }, async (t) => {
  const { db, asked, part } = await silentDatabase(t)
  const placed = db.transaction((tx) => tx.execute('select 1'))
  const socket = await asked
  const closed = once(socket, 'close')
  t.mock.timers.tick(10_000)
  await assert.rejects(placed)
  await closed
  await part.stop()
})

test('a migration takes as long as it takes', { timeout: 20_000 }, async (t) => {
  const { greeted, asked, part } = await silentDatabase(t)
  const started = part.start().then(
    () => 'done',
    () => 'lost',
  )
  assert.doesNotMatch(await greeted, /statement_timeout/)
  const socket = await asked
  t.mock.timers.tick(3_600_000)
  assert.equal(await Promise.race([started, turn('waits')]), 'waits')
  socket.destroy()
  assert.equal(await started, 'lost')
  await part.stop()
})
