import { type Script, script } from '../connection/script.js'
import { SERVER_TIME } from './server-time.js'

/** For how long a key that is over is still known, in milliseconds. */
const REMEMBERED = 7 * 86_400_000

// KEYS: 1 the key, a hash. `generation` numbers its secrets from 0: `hash:<n>`, and `end:<n>` where that one has an end.

/** What the scripts have in common: the answer, a new secret, and whether the key is alive. */
const KEY = `${SERVER_TIME}
local function whole() return { text(now), redis.call('HGETALL', KEYS[1]) } end
local function add(generation, hash, ttl)
  redis.call('HSET', KEYS[1], 'generation', generation, 'hash:' .. generation, hash)
  if ttl == '' then return end
  redis.call('HSET', KEYS[1], 'end:' .. generation, text(now + ttl))
  redis.call('PEXPIRE', KEYS[1], text(ttl + ${REMEMBERED}))
end
local function alive()
  local k = redis.call('HMGET', KEYS[1], 'generation', 'revoked')
  if not k[1] or k[2] then return false end
  local ends = redis.call('HGET', KEYS[1], 'end:' .. k[1])
  return not ends or now < tonumber(ends)
end
`

/** ARGV: the hash, ttl or nothing, then names and values of the facts. Gives the time and the fields. */
export const CREATE: Script = script(`${KEY}
redis.call('HSET', KEYS[1], 'created', text(now), 'ttl', ARGV[2], unpack(ARGV, 3))
add('0', ARGV[1], ARGV[2])
return whole()
`)

/** Gives the time and the fields; nothing where there is no such key. */
export const FIND: Script = script(`${KEY}
if redis.call('EXISTS', KEYS[1]) == 0 then return false end
return whole()
`)

/** ARGV: the hash, the overlap, how many secrets are known at most. Gives the time and the fields, if it is alive. */
export const ROTATE: Script = script(`${KEY}
if not alive() then return false end
local present = tonumber(redis.call('HGET', KEYS[1], 'generation'))
local over = now + ARGV[2]
local oldest = present + 1 - ARGV[3]
for n = math.max(0, oldest + 1), present do
  local ends = redis.call('HGET', KEYS[1], 'end:' .. n)
  if not ends or tonumber(ends) > over then redis.call('HSET', KEYS[1], 'end:' .. n, text(over)) end
end
redis.call('HDEL', KEYS[1], 'hash:' .. oldest, 'end:' .. oldest)
add(text(present + 1), ARGV[1], redis.call('HGET', KEYS[1], 'ttl'))
return whole()
`)

/** Notes that it is used now. */
export const TOUCH: Script = script(`${SERVER_TIME}
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], 'used', text(now)) end
return 1
`)

/**
 * ARGV: an id of the call. Gives whose it is, and whether this call found it alive, also where a connection that broke before the
 * answer has it run again; nothing where there is no such key. Its first write takes no room, so a server without memory lets
 * it finish.
 */
export const REVOKE: Script = script(`${KEY}
local owner = redis.call('HGET', KEYS[1], 'owner')
if not owner then return false end
if alive() then
  redis.call('PEXPIRE', KEYS[1], '${REMEMBERED}')
  redis.call('HSET', KEYS[1], 'revoked', text(now), 'revoker', ARGV[1])
end
return { owner, redis.call('HGET', KEYS[1], 'revoker') == ARGV[1] and 1 or 0 }
`)
