import { expect, test } from 'vitest'
import { redisError } from './redis-error.js'

/** As ioredis and node-redis make it of a reply. */
function reply(message: string): Error {
  return Object.assign(new Error(message), { name: 'ReplyError' })
}

test.each([
  ['ERR max number of clients reached', 'REDIS_UNAVAILABLE', 'unavailable'],
  ['LOADING Redis is loading the dataset in memory', 'REDIS_UNAVAILABLE', 'unavailable'],
  ["OOM command not allowed when used memory > 'maxmemory'.", 'REDIS_OUT_OF_MEMORY', 'unavailable'],
  ["READONLY You can't write against a read only replica.", 'REDIS_READ_ONLY', 'unavailable'],
  ['ERR unknown command', 'REDIS_REFUSED', 'internal'],
  ["NOPERM this user has no permissions to run the 'get' command", 'REDIS_REFUSED', 'internal'],
])('%s is %s, of kind %s', (message, code, kind) => {
  expect(redisError(reply(message), 'unknown')).toMatchObject({ code, kind })
})
