import { type Script, script } from '../connection/script.js'

/*
 * A key is a hash: fingerprint, token, fence, state, and the end of its lease or its outcome. `run` and `takeover` are the
 * states of a run, `done` that of an outcome; a key that was released is `free` for as long as a lease, so that its fence is
 * not forgotten while somebody may still use it. One that had been taken over is nobody's then, without a token, and is taken
 * over again. Microseconds are exact in Lua's numbers until 2255; they are written by
 * `%.0f`, for `tostring` would round them.
 *
 * A server without memory refuses a script's first write if it may need some, and lets it finish once it has written. So a
 * run that has begun writes first what needs none: it is renewed, freed and kept also then, and only new ones are refused.
 */

const now = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]`

/** Takes a key: fingerprint, token, lease, and how long it is remembered. Gives its state, and what belongs to it. */
export const claimScript: Script = script(`${now}
local known = redis.call('HMGET', KEYS[1], 'fingerprint', 'token', 'fence', 'state', 'until', 'outcome')
local state = 'run'
local fence = now
if known[3] then
  fence = math.max(now, known[3] + 1)
end
if known[4] and known[4] ~= 'free' then
  if known[1] ~= ARGV[1] then
    return {'mismatch'}
  end
  if known[4] == 'done' then
    if known[6] then
      return {'replay', known[6]}
    end
    return {'replay'}
  end
  if known[2] == ARGV[2] then
    return {known[4], known[3]}
  end
  local left = known[5] - now
  if left > 0 then
    return {'conflict', string.format('%.0f', math.ceil(left / 1000))}
  end
  state = 'takeover'
end
fence = string.format('%.0f', fence)
local over = string.format('%.0f', now + ARGV[3] * 1000)
redis.call('HSET', KEYS[1], 'fingerprint', ARGV[1], 'token', ARGV[2], 'fence', fence, 'state', state, 'until', over)
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return {state, fence}`)

/** Whether the token runs the key, as the first lines of a script. */
const unlessRunning = `
local known = redis.call('HMGET', KEYS[1], 'token', 'state')
if known[1] ~= ARGV[1] or (known[2] ~= 'run' and known[2] ~= 'takeover') then
  return 0
end`

/** Lets a lease hold from now: token, lease, and how long the key is remembered. */
export const renewScript: Script = script(`${unlessRunning}${now}
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('HSET', KEYS[1], 'until', string.format('%.0f', now + ARGV[2] * 1000))
return 1`)

/** Frees a key: token, for how long its fence is remembered, and for how long that it was taken over. */
export const releaseScript: Script = script(`${unlessRunning}
if known[2] == 'takeover' then
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  redis.call('HSET', KEYS[1], 'token', '', 'until', '0')
  return 1
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('HSET', KEYS[1], 'state', 'free')
return 1`)

/**
 * Keeps an outcome: token, fingerprint, ttl, and the text where there is one. Of a run that is the token's own all else is there
 * already.
 */
export const completeScript: Script = script(`
local known = redis.call('HMGET', KEYS[1], 'token', 'state', 'fence')
if known[1] == ARGV[1] and (known[2] == 'run' or known[2] == 'takeover') then
  redis.call('HDEL', KEYS[1], 'until')
else
  if known[1] and known[1] ~= ARGV[1] and known[1] ~= '' and known[2] ~= 'free' then
    return 0
  end
  ${now}
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'fingerprint', ARGV[2], 'token', ARGV[1], 'fence', known[3] or string.format('%.0f', now))
end
redis.call('HSET', KEYS[1], 'state', 'done', unpack(ARGV[4] and { 'outcome', ARGV[4] } or {}))
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1`)
