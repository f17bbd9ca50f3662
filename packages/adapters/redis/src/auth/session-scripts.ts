import { type Script, script } from '../connection/script.js'
import { SERVER_TIME } from './server-time.js'

// KEYS: 1 the session, a hash. It ends with its idle time, by the server's own count as well.

/** ARGV: absoluteTtl, idleTtl, then names and values of the facts. */
export const CREATE: Script = script(`${SERVER_TIME}
local expires = now + ARGV[1]
local idle = math.min(now + ARGV[2], expires)
redis.call('HSET', KEYS[1], unpack(ARGV, 3))
redis.call('HSET', KEYS[1], 'created', text(now), 'seen', text(now), 'expires', text(expires), 'idle', text(idle))
redis.call('PEXPIRE', KEYS[1], text(idle - now))
return 1
`)

/** ARGV: the hash of the id, or nothing for any. Gives the fields, if it is alive. */
export const GET: Script = script(`${SERVER_TIME}
local s = redis.call('HMGET', KEYS[1], 'hash', 'idle')
if not s[1] or (ARGV[1] and s[1] ~= ARGV[1]) or now >= tonumber(s[2]) then return false end
return redis.call('HGETALL', KEYS[1])
`)

/**
 * ARGV: the hash of the id, its new hash, idleTtl or nothing, then the new data if there is any. Gives the fields. The new hash is
 * as good, for a connection that broke before the answer may have it run again. With an idleTtl its first write takes no room,
 * so a server without memory lets a session live on.
 */
export const CHANGE: Script = script(`${SERVER_TIME}
local s = redis.call('HMGET', KEYS[1], 'hash', 'idle', 'expires')
if not s[1] or (s[1] ~= ARGV[1] and s[1] ~= ARGV[2]) or now >= tonumber(s[2]) then return false end
if ARGV[3] ~= '' then
  local idle = math.min(now + ARGV[3], tonumber(s[3]))
  redis.call('PEXPIRE', KEYS[1], text(math.max(1, idle - now)))
  redis.call('HSET', KEYS[1], 'seen', text(now), 'idle', text(idle))
end
redis.call('HSET', KEYS[1], 'hash', ARGV[2])
if ARGV[4] then redis.call('HSET', KEYS[1], 'data', ARGV[4]) end
return redis.call('HGETALL', KEYS[1])
`)

/** ARGV: the hash of the id, or nothing for any. Gives whose it was, if it was alive. */
export const DESTROY: Script = script(`${SERVER_TIME}
local s = redis.call('HMGET', KEYS[1], 'hash', 'idle', 'sub')
if not s[1] or (ARGV[1] and s[1] ~= ARGV[1]) then return false end
redis.call('DEL', KEYS[1])
if now >= tonumber(s[2]) then return false end
return s[3]
`)
