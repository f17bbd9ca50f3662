import { type Script, script } from '../connection/script.js'

/*
 * A lock is a hash: its holder, fence, when its lease is over, how long the lease was asked for, and whether somebody
 * listens for its release. It stays for an hour beyond its lease, so that its fence is not forgotten where the clock is
 * set back. What was given back is over at 0, by which a question that is asked again gets its answer again.
 * Microseconds are exact in Lua's numbers until 2255; they are written by `%.0f`, for `tostring` would round them.
 *
 * PEXPIRE comes before HSET where a lease is extended or given back: a full server refuses a script that begins with HSET,
 * and lets one go on that has written.
 */

/** For how long a lock is remembered beyond its lease, in milliseconds. */
const REMEMBERED = 3_600_000

const begin = (fields: string) => `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local function text(number)
  return string.format('%.0f', number)
end
local known = redis.call('HMGET', KEYS[1], 'holder', 'over'${fields})
local over = tonumber(known[2] or 0)`

/**
 * Takes a lock: holder, lease, and '1' to be told of its release. Gives the fence, a text; or, where another holds it, for
 * how many milliseconds, a number. The holder itself gets its fence once more, and a lease from now.
 *
 * Where the clock was set back, what is left of a lease is no more than it was asked for.
 */
export const takeScript: Script = script(`${begin(", 'fence', 'lease'")}
local fence = tonumber(known[3] or 0)
local left = over - now
if known[1] == ARGV[1] and over == 0 then
  return 0
end
if left <= 0 or known[1] ~= ARGV[1] then
  if left > 0 then
    local lease = known[4] * 1000
    if left > lease then
      left = lease
      redis.call('HSET', KEYS[1], 'over', text(now + lease))
    end
    if ARGV[3] == '1' then
      redis.call('HSET', KEYS[1], 'heard', '1')
    end
    return math.ceil(left / 1000)
  end
  fence = math.max(now, fence + 1)
end
redis.call('HSET', KEYS[1], 'holder', ARGV[1], 'fence', text(fence), 'over', text(now + ARGV[2] * 1000), 'lease', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[2] + ${REMEMBERED})
return text(fence)`)

/** Lets a lease last from now: holder and lease. Gives 0 where it is not held any more. */
export const extendScript: Script = script(`${begin('')}
if known[1] ~= ARGV[1] or over <= now then
  return 0
end
redis.call('PEXPIRE', KEYS[1], ARGV[2] + ${REMEMBERED})
redis.call('HSET', KEYS[1], 'over', text(now + ARGV[2] * 1000), 'lease', ARGV[2])
return 1`)

/** Gives a lock back: holder, and where its release is told, with what. Gives 0 where it is not held any more. */
export const releaseScript: Script = script(`${begin(", 'heard'")}
if known[1] ~= ARGV[1] then
  return 0
end
if over == 0 then
  return 1
end
if over <= now then
  return 0
end
redis.call('PEXPIRE', KEYS[1], ${REMEMBERED})
redis.call('HSET', KEYS[1], 'over', '0')
if known[3] then
  redis.call('PUBLISH', ARGV[2], ARGV[3])
end
return 1`)
