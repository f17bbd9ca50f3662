import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { runMain } from './run-main.ts'

/** Lets everybody in, as PostgreSQL says it: AuthenticationOk, ReadyForQuery. */
const WELCOME = Buffer.from('R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I', 'latin1')
/** A statement was cancelled: ErrorResponse, ReadyForQuery. */
const CANCELLED = Buffer.from(
  'E\0\0\0\x3cSERROR\0C57014\0Mcanceling statement due to user request\0\0Z\0\0\0\x05I',
  'latin1',
)

test('a start that an administrator of the database cancels has failed', { timeout: 20_000 }, async (t) => {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => {
      socket.write(WELCOME)
      socket.on('data', () => socket.write(CANCELLED))
    })
  })
  t.after(() => server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  const { said, code } = await runMain(t, {
    DATABASE_URL: `postgres://x@127.0.0.1:${address.port}/x`,
    AUTH_JWKS_URL: 'https://127.0.0.1:1/jwks.json',
  })
  assert.equal(code, 1)
  assert.match(said, /^The statement was cancelled\.$/m)
})
