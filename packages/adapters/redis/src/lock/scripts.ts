import { type Script, script } from '../connection/script.js'

/** For how long a lock is remembered beyond its lease, in milliseconds. */
export const REMEMBERED = 3_600_000

/*
 * A lock is one text: its fence, 16 digits; 1 or 0 for whether somebody listens for its release; its holder. It lives for an
 * hour beyond its lease, so that its fence is not forgotten where the clock is set back: what is left of its life, less that
 * hour, is what is left of the lease. One text is read and written in a fraction of the time of a hash, and can be read by
 * hand.
 *
 * A fence is the server's time in microseconds: exact in Lua's numbers, and of 16 digits, until 2255. So texts compare as
 * numbers do. A number is written by `%.0f`, for `tostring` would round it. To extend and to give back is PEXPIRE, which a
 * full server allows.
 */

/**
 * Takes a lock: holder, for how long the lock is remembered, and '1' to be told of its release, else nothing. Gives the
 * fence; or, from 0 down, for how many milliseconds another holds it. The holder itself gets its fence once more, and a lease
 * from now; or 0 where its lease is over, for then nobody waits for the answer any more. A text that is no lock, such as one
 * of another library, is refused as any other type is: it may be held, and is not ours to replace.
 */
export const takeScript: Script = script(`
local lock = redis.call('GET', KEYS[1])
local last = ''
local heard = '0'
if lock then
  if not string.find(lock, '^${'%d'.repeat(16)} [01] ') then
    return redis.error_reply('-WRONGTYPE The text is no lock')
  end
  local left = redis.call('PTTL', KEYS[1]) - ${REMEMBERED}
  last = string.sub(lock, 1, 16)
  heard = string.sub(lock, 18, 18)
  if string.sub(lock, 20) == ARGV[1] then
    if left <= 0 then
      return 0
    end
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
    return tonumber(last)
  end
  if left > 0 then
    if ARGV[3] == '1' and heard == '0' then
      redis.call('SETRANGE', KEYS[1], 17, '1')
    end
    return -left
  end
end
local time = redis.call('TIME')
local fence = time[1] .. string.sub('00000' .. time[2], -6)
if fence <= last then
  fence = string.format('%.0f', last + 1)
end
redis.call('SET', KEYS[1], fence .. ' ' .. heard .. ' ' .. ARGV[1], 'PX', ARGV[2])
return tonumber(fence)`)

/** Lets a lease last from now: holder, and for how long the lock is remembered. Gives 0 where it is not held any more. */
export const extendScript: Script = script(`
local lock = redis.call('GET', KEYS[1])
if not lock or string.sub(lock, 20) ~= ARGV[1] or redis.call('PTTL', KEYS[1]) <= ${REMEMBERED} then
  return 0
end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`)

/**
 * Gives a lock back: holder, and of how many bytes the prefix is that stands before its key, and in the name of the channel
 * on which its release is told. Gives 0 where another has it. A lease that is over, but that nobody has taken since, was
 * held to the end. Where another has it, or nobody, it is written what stands there: a replica, which may not have heard of the
 * lease yet, refuses that, and is asked again.
 */
export const releaseScript: Script = script(`
local lock = redis.call('GET', KEYS[1])
if not lock or string.sub(lock, 20) ~= ARGV[1] then
  local left = redis.call('PTTL', KEYS[1])
  if left ~= -1 then
    redis.call('PEXPIRE', KEYS[1], left)
  end
  return 0
end
if string.sub(lock, 18, 18) == '1' then
  redis.call('PUBLISH', string.sub(KEYS[1], 1, ARGV[2]) .. 'released', string.sub(KEYS[1], ARGV[2] + 1))
end
return redis.call('PEXPIRE', KEYS[1], '${REMEMBERED}')`)
