import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { redisError, replyName } from './redis-error.js'
import { within } from './within.js'

/** As ioredis and node-redis make it of a reply. */
function reply(message: string): Error {
  return Object.assign(new Error(message), { name: 'ReplyError' })
}

test.each([
  ['ERR max number of clients reached', 'REDIS_UNAVAILABLE', 'unavailable'],
  ['LOADING Redis is loading the dataset in memory', 'REDIS_UNAVAILABLE', 'unavailable'],
  ["OOM command not allowed when used memory > 'maxmemory'.", 'REDIS_OUT_OF_MEMORY', 'unavailable'],
  ["READONLY You can't write against a read only replica.", 'REDIS_READ_ONLY', 'unavailable'],
  [
    "ERR Error running script (call to f_a2): @user_script:4: @user_script: 4: -READONLY You can't write against a read only replica.",
    'REDIS_READ_ONLY',
    'unavailable',
  ],
  [
    "@user_script: 12: -OOM command not allowed when used memory > 'maxmemory'.",
    'REDIS_OUT_OF_MEMORY',
    'unavailable',
  ],
  [
    'ERR Error running script (call to f_a2): @user_script:4: WRONGTYPE Operation against a key holding the wrong kind of value',
    'REDIS_REFUSED',
    'internal',
  ],
  ['ERR unknown command', 'REDIS_REFUSED', 'internal'],
  ["NOPERM this user has no permissions to run the 'get' command", 'REDIS_REFUSED', 'internal'],
])('%s is %s, of kind %s', (message, code, kind) => {
  expect(redisError(reply(message), 'unknown')).toMatchObject({ code, kind })
})

test.each([
  "NOPERM this user has no permissions to run the 'get' command or its subcommand",
  "ERR The user executing the script can't run this command or subcommand script: 8b0a, on @user_script:2.",
  "ERR The user executing the script can't access at least one of the keys mentioned in the command arguments",
  "ERR ACL failure in script: User shop has no permissions to run the 'zrem' command script: 8b0a, on @user_script:2.",
  "ERR Error running script (call to f_a2): @user_script:2: @user_script: 2: -NOPERM The user executing the script can't run this command",
])('%s: the message says where to look', (message) => {
  expect(redisError(reply(message), 'unknown').message).toContain('ACL LOG')
})

test('of a command that a client tells of nothing but its name is left', () => {
  const aborted = new Error('Command aborted due to connection close')
  const cause = Object.assign(aborted, { command: { name: 'set', args: ['user:1', 'card 4111'] } })
  expect(redisError(cause, 'unknown').cause).toMatchObject({ command: { name: 'set' } })
  expect(JSON.stringify(redisError(cause, 'unknown').cause)).not.toContain('4111')
})

test('of a command that the server does not know its arguments are not told', () => {
  const { cause } = redisError(
    reply("ERR unknown command 'hset', with args beginning with: 'base:totp:ada' 'pending' 'JBSW\nY3DP' "),
    'unknown',
  )
  expect(cause).toMatchObject({ message: "ERR unknown command 'hset'" })
  expect(inspect(cause)).toContain("ERR unknown command 'hset'\n    at ")
  expect(inspect(cause, { showHidden: true })).not.toMatch(/JBSW|Y3DP|base:totp/)
})

test('a key that holds another type is named, of a command and of a script', async () => {
  const message = 'WRONGTYPE Operation against a key holding the wrong kind of value'
  const failing = (...command: [string, ...string[]]) =>
    within(1_000, undefined, async (attempt) => {
      attempt.command = command
      throw reply(message)
    })
  await expect(failing('HGET', 'lock:a', 'x')).rejects.toThrow('something else lies at lock:a.')
  await expect(failing('EVALSHA', 'a2', '2', '{cache}.tags', '{cache}.deleted', 'look')).rejects.toThrow(
    'something else lies at {cache}.tags or {cache}.deleted.',
  )
})

test('a reply is told by its word, for a bundler that makes a service small gives its class another name', () => {
  class a extends Error {}
  expect(replyName(new a('NOSCRIPT No matching script.'))).toBe('NOSCRIPT')
  expect(redisError(new a('OOM command not allowed'), 'unknown').code).toBe('REDIS_OUT_OF_MEMORY')
})

test.each([
  new Error('Connection is closed.'),
  new Error('Socket closed unexpectedly'),
  Object.assign(new Error('EPIPE'), { code: 'EPIPE' }),
])('%s is no reply, and nobody knows what was done', (error) => {
  expect(replyName(error)).toBeUndefined()
  const expected = { code: 'REDIS_UNAVAILABLE', details: { outcome: 'unknown' } }
  expect(redisError(error, 'unknown')).toMatchObject(expected)
})
