import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import { runMain } from './run-main.ts'

/** Lets everybody in, as PostgreSQL says it: AuthenticationOk, ReadyForQuery. */
const WELCOME = Buffer.from('R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I', 'latin1')
const READY = Buffer.from('Z\0\0\0\x05I', 'latin1')

/** An ErrorResponse of PostgreSQL. */
function refusal(severity: string, code: string, message: string): Buffer {
  const fields = Buffer.from(`S${severity}\0C${code}\0M${message}\0\0`)
  const head = Buffer.from('E\0\0\0\0', 'latin1')
  head.writeInt32BE(fields.length + 4, 1)
  return Buffer.concat([head, fields])
}

/** What the service says, and its exit code, at a server that answers a greeting and then each statement. */
async function startAt(t: TestContext, greeted: Buffer, asked: Buffer) {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => {
      socket.write(greeted)
      socket.on('data', () => socket.write(asked))
    })
  })
  t.after(() => server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return runMain(t, {
    DATABASE_URL: `postgres://nobody:hunter2@127.0.0.1:${address.port}/x`,
    AUTH_JWKS_URL: 'https://127.0.0.1:1/jwks.json',
  })
}

test('a start that an administrator of the database cancels has failed', { timeout: 20_000 }, async (t) => {
  const cancelled = refusal('ERROR', '57014', 'canceling statement due to user request')
  const { said, code } = await startAt(t, WELCOME, Buffer.concat([cancelled, READY]))
  assert.equal(code, 1)
  assert.match(said, /^The statement was cancelled\.$/m)
})

test('a start that the database refuses says what the database says', { timeout: 20_000 }, async (t) => {
  const refused = refusal('FATAL', '28000', 'role "nobody" does not exist')
  const { said, code } = await startAt(t, refused, Buffer.alloc(0))
  assert.equal(code, 1)
  assert.match(said, /^role "nobody" does not exist$/m)
  assert.doesNotMatch(said, /hunter2/)
})
