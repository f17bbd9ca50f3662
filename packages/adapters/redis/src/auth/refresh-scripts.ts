import { type Script, script } from '../connection/script.js'
import { SERVER_TIME } from './server-time.js'

/** For how long a family that is over is still known, in milliseconds. */
const REMEMBERED = 7 * 86_400_000

/** Keeps the family and the hashes of its tokens until a week after an end of it. */
const KEEP = `
local function keep(ending)
  local till = text(ending + ${REMEMBERED})
  redis.call('PEXPIREAT', KEYS[1], till)
  redis.call('PEXPIREAT', KEYS[2], till)
end
`

// KEYS: 1 the family, a hash; 2 the hashes of its tokens that were replaced, a set; 3 what is kept for the grace. One slot.
// A server without memory refuses a script's first write if it may need some, and lets it finish once it has written. So what
// takes a family back deletes first: it is done also then.

/** ARGV: absoluteTtl, idleTtl, then names and values of the facts. */
export const START: Script = script(`${SERVER_TIME}${KEEP}
local expires = now + ARGV[1]
local idle = math.min(now + ARGV[2], expires)
redis.call('HSET', KEYS[1], unpack(ARGV, 3))
redis.call('HSET', KEYS[1], 'created', text(now), 'used', text(now), 'expires', text(expires), 'idle', text(idle))
keep(idle)
return 1
`)

/** ARGV: the token's hash; an empty one is the present token's. Gives where it stands and the family's fields; nothing where there is no such token. */
export const FIND: Script = script(`${SERVER_TIME}
local f = redis.call('HMGET', KEYS[1], 'hash', 'revoked', 'expires', 'idle')
if not f[1] then return false end
local spent = redis.call('SISMEMBER', KEYS[2], ARGV[1]) == 1
if ARGV[1] ~= '' and f[1] ~= ARGV[1] and not spent then return false end
local status = 'active'
if f[2] then status = 'revoked'
elseif now >= tonumber(f[3]) then status = 'expired'
elseif spent then status = 'rotated'
elseif now >= tonumber(f[4]) then status = 'expired' end
return { status, redis.call('HGETALL', KEYS[1]) }
`)

/** ARGV: parent, child, scope, sealed, idleTtl, grace; an empty scope or seal is none. */
export const ROTATE: Script = script(`${SERVER_TIME}${KEEP}
local f = redis.call('HMGET', KEYS[1], 'hash', 'revoked', 'expires', 'idle', 'parent', 'used', 'kept', 'scope', 'sub')
local parent = ARGV[1]
local grace = tonumber(ARGV[6])
local spent = f[1] and redis.call('SISMEMBER', KEYS[2], parent) == 1
if not f[1] or (f[1] ~= parent and not spent) then return { 'unknown' } end
if f[2] then return { 'revoked' } end
if now >= tonumber(f[3]) then return { 'expired' } end
if spent then
  if f[5] == parent and now < f[6] + grace and now < tonumber(f[7]) then
    local sealed = redis.call('GET', KEYS[3])
    if sealed then return { 'repeated', sealed, f[8] } end
  end
  -- Nobody else has the child: this ran before, and its answer was lost.
  if f[1] == ARGV[2] then return { 'rotated' } end
  redis.call('DEL', KEYS[3])
  redis.call('HSET', KEYS[1], 'revoked', text(now))
  keep(now)
  return { 'reused', f[9] }
end
if now >= tonumber(f[4]) then return { 'expired' } end
local idle = math.min(now + ARGV[5], tonumber(f[3]))
redis.call('HSET', KEYS[1], 'hash', ARGV[2], 'parent', parent, 'used', text(now), 'kept', text(now + grace), 'idle', text(idle))
if ARGV[3] == '' then redis.call('HDEL', KEYS[1], 'scope') else redis.call('HSET', KEYS[1], 'scope', ARGV[3]) end
redis.call('SADD', KEYS[2], parent)
keep(idle)
if ARGV[4] == '' or grace == 0 then redis.call('DEL', KEYS[3]) else redis.call('SET', KEYS[3], ARGV[4], 'PX', ARGV[6]) end
return { 'rotated' }
`)

/**
 * ARGV: an id of the call. Gives whose family it is, and 1 where it found it alive, also where a connection that broke has it
 * run again; nothing where there is no such family.
 */
export const REVOKE: Script = script(`${SERVER_TIME}${KEEP}
local f = redis.call('HMGET', KEYS[1], 'sub', 'revoked', 'idle', 'revoker')
if not f[1] then return false end
if f[2] and f[4] ~= ARGV[1] then return { f[1], 0 } end
if f[2] then now = tonumber(f[2]) end
redis.call('DEL', KEYS[3])
redis.call('HSET', KEYS[1], 'revoked', text(now), 'revoker', ARGV[1])
keep(now)
return { f[1], now < tonumber(f[3]) and 1 or 0 }
`)

/** Gives the family's fields, if it is alive. */
export const READ: Script = script(`${SERVER_TIME}
local f = redis.call('HMGET', KEYS[1], 'hash', 'revoked', 'idle')
if not f[1] or f[2] or now >= tonumber(f[3]) then return false end
return redis.call('HGETALL', KEYS[1])
`)
