import { type Script, script } from '../connection/script.js'
import { SERVER_TIME } from './server-time.js'

// KEYS: 1 the subject, a hash. It has no end.

/** ARGV: attempts, lockFor. Gives whether one may be judged, and the secrets; nothing where the subject is not known. */
export const ATTEMPT: Script = script(`${SERVER_TIME}
local s = redis.call('HMGET', KEYS[1], 'active', 'pending', 'attempts', 'locked')
if not s[1] and not s[2] then return false end
if s[4] and now < tonumber(s[4]) then return { 'locked' } end
if s[4] then redis.call('HDEL', KEYS[1], 'attempts', 'locked') end
local attempts = redis.call('HINCRBY', KEYS[1], 'attempts', 1)
if attempts >= tonumber(ARGV[1]) then redis.call('HSET', KEYS[1], 'locked', text(now + ARGV[2])) end
return { 'open', s[1], s[2] }
`)

/** ARGV: the secret, the step. Gives whether the step was taken. */
export const ACCEPT: Script = script(`
local s = redis.call('HMGET', KEYS[1], 'active', 'pending', 'step')
if s[2] == ARGV[1] then
  redis.call('HSET', KEYS[1], 'active', ARGV[1])
  redis.call('HDEL', KEYS[1], 'pending')
elseif s[1] ~= ARGV[1] or tonumber(ARGV[2]) <= tonumber(s[3]) then
  return 0
end
redis.call('HSET', KEYS[1], 'step', ARGV[2])
redis.call('HDEL', KEYS[1], 'attempts', 'locked')
return 1
`)

/** Gives the secrets and the end of a lock; nothing where the subject is not known. */
export const FIND: Script = script(`${SERVER_TIME}
local s = redis.call('HMGET', KEYS[1], 'active', 'pending', 'locked')
if not s[1] and not s[2] then return false end
if s[3] and now >= tonumber(s[3]) then s[3] = false end
return s
`)
