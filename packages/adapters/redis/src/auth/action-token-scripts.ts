import { type Script, script } from '../connection/script.js'
import { SERVER_TIME } from './server-time.js'

// KEYS: 1 the tokens of a subject and purpose, a hash with the fields end, hash, data and state of each handle. It ends with
// its last token, by the server's own count.

/** ARGV: handle, ttl, hash, data, then the state if there is one. Takes away those that are over. */
export const ADD: Script = script(`${SERVER_TIME}
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  local handle = string.match(field, '^end:(.*)$')
  if handle and now >= tonumber(redis.call('HGET', KEYS[1], field)) then
    redis.call('HDEL', KEYS[1], field, 'hash:' .. handle, 'data:' .. handle, 'state:' .. handle)
  end
end
local handle = ARGV[1]
redis.call('HSET', KEYS[1], 'end:' .. handle, text(now + ARGV[2]), 'hash:' .. handle, ARGV[3], 'data:' .. handle, ARGV[4])
if ARGV[5] then redis.call('HSET', KEYS[1], 'state:' .. handle, ARGV[5]) end
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 1
`)

const GOOD = `${SERVER_TIME}
local handle = ARGV[1]
local t = redis.call('HMGET', KEYS[1], 'end:' .. handle, 'hash:' .. handle, 'data:' .. handle, 'state:' .. handle)
if not t[1] or t[2] ~= ARGV[2] or now >= tonumber(t[1]) then return false end
`

/** ARGV: handle, hash. Gives end, data and state of a token that is good. */
export const FIND: Script = script(`${GOOD}
return { t[1], t[3], t[4] }
`)

/** The same, and takes it away with all the others. */
export const TAKE: Script = script(`${GOOD}
redis.call('DEL', KEYS[1])
return { t[1], t[3], t[4] }
`)

/** Takes all away; how many were good. */
export const REMOVE: Script = script(`${SERVER_TIME}
local good = 0
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.find(field, '^end:') and now < tonumber(redis.call('HGET', KEYS[1], field)) then good = good + 1 end
end
redis.call('DEL', KEYS[1])
return good
`)
