import { type Script, script } from '../connection/script.js'
import type { Meter } from './meter.js'

/** The first arguments of a script: what a call costs, and for how many milliseconds it blocks the key, or `''`. */
export type ScriptOrder = readonly [cost: string, block: string]

/*
 * A key is a text of whole numbers: when it was written, until when it is blocked and for how long it was, and two numbers
 * for each policy as they were at that moment. Microseconds are exact in Lua's numbers until 2255; they are written by `%.0f`,
 * for `tostring` would round them. What is refused writes nothing, unless the clock was set back since: then what lies
 * in the future counts from now, so that nobody waits longer than after a call that were made now.
 */
const frame = (meters: string): string => `
local never = -1
local most = 9007199254740991
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local cost = tonumber(ARGV[1])
local known = {}
for number in string.gmatch(redis.call('GET', KEYS[1]) or '', '%S+') do
  known[#known + 1] = tonumber(number)
end
local fresh = known[1] == nil
local at = known[1] or now
local back = at > now
if back then
  at = now
end

local over = known[2] or 0
local span = known[3] or 0
if ARGV[2] == 'Infinity' then
  over = never
elseif ARGV[2] ~= '' then
  span = ARGV[2] * 1000
  over = now + span
end
local blocked = 0
if over == never then
  blocked = never
elseif over > now then
  over = math.min(over, now + span)
  blocked = over - now
end

local function whole(number)
  return string.format('%.0f', number)
end

-- Up, for less would not suffice. What a reply's number cannot hold is a text.
local function milliseconds(microseconds)
  local number = math.ceil(microseconds / 1000)
  return number > most and whole(number) or number
end

-- Redis counts lives in whole milliseconds, from a moment that may be a little before now.
local function lifetime(microseconds)
  return whole(math.min(math.ceil(microseconds / 1000) + 2, most))
end

local meters = {}
${meters}

local policies = {}
local waits = {}
local allowed = true
local logs = 1
for first = 3, #ARGV, 4 do
  local index = #policies + 1
  local policy = {
    meter = meters[ARGV[first]],
    most = tonumber(ARGV[first + 1]),
    a = tonumber(ARGV[first + 2]),
    b = tonumber(ARGV[first + 3])
  }
  if ARGV[first] == 'log' then
    logs = logs + 1
    policy.key = KEYS[logs]
  end
  policies[index] = policy
  local wait = policy.meter.judge(policy, known[index * 2 + 2] or 0, known[index * 2 + 3] or 0)
  if wait == never or blocked == never then
    waits[index] = never
  else
    waits[index] = math.max(wait, blocked)
  end
  allowed = allowed and waits[index] == 0
end

local spent = allowed and cost or 0
local kept = {now, over, span}
local answer = {allowed and 1 or 0}
local longest = math.max(0, blocked)
for index, policy in ipairs(policies) do
  local left, idle, first, second = policy.meter.settle(policy, spent)
  kept[#kept + 1] = first
  kept[#kept + 1] = second
  longest = math.max(longest, idle)
  answer[#answer + 1] = left
  answer[#answer + 1] = milliseconds(idle)
  answer[#answer + 1] = waits[index] == never and never or milliseconds(waits[index])
end

if ARGV[2] ~= '' and not back and not fresh then
  -- A block leaves what was spent as it was written: counted on to now it would be rounded, beyond 2^53.
  kept[1] = at
  for index = 4, #known do
    kept[index] = known[index]
  end
end
if spent > 0 or back or ARGV[2] ~= '' then
  for index, number in ipairs(kept) do
    kept[index] = whole(number)
  end
  local text = table.concat(kept, ' ')
  if blocked == never then
    redis.call('SET', KEYS[1], text)
  elseif longest > 0 then
    redis.call('SET', KEYS[1], text, 'PX', lifetime(longest))
  else
    redis.call('DEL', KEYS[1])
  end
end
return answer`

const scripts = new Map<string, Script>()

/**
 * The script for limits of those meters: reads all policies, decides, and charges all or none, or blocks the key. Gives 1 where
 * it is allowed, and for each policy what is left, when it is as new, and when it would be allowed, or -1.
 *
 * Arguments are {@link ScriptOrder}, and for each policy its kind and its numbers; keys are the key's, and one for each log.
 */
export function consumeScript(meters: readonly Meter[]): Script {
  const kinds = [...new Map(meters.map((meter) => [meter.kind, meter.source])).entries()].sort()
  const name = kinds.map(([kind]) => kind).join()
  const known = scripts.get(name) ?? script(frame(kinds.map(([, source]) => source).join('\n')))
  scripts.set(name, known)
  return known
}

/** Forgets all keys. */
export const resetScript: Script = script(`return redis.call('UNLINK', unpack(KEYS))`)
