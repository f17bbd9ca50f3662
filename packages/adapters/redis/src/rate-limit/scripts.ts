import { type Script, script } from '../connection/script.js'
import type { Meter, Names } from './meter.js'

/** What is kept of a key itself: when it was written, until when it is blocked, and for how long it was. */
const OWN = 3
/** Of the answer for each policy. */
export const NUMBERS = 3
/** Beside those of the frame. */
const MOST_LOCALS = 150

/*
 * A key is a row of doubles: what is kept of itself, and of each policy as it was at the moment that it was written.
 * Microseconds are exact in them until 2255; where they become text they are written by `%.0f`, for `tostring` would round
 * them. What is refused writes nothing, unless the clock was set back since: then what lies in the future counts from
 * now, so that nobody waits longer than after a call that were made now.
 *
 * The code is written out for each policy, without loops: a table and two functions for each took as long as Redis itself.
 * Calls of one tick come together, and are decided one after the other; one that fails takes no other along.
 */
const frame = (policies: readonly Policy[], { numbers, kept, keys }: Counts): string => `
local never = -1
local most = 9007199254740991
local ceil, floor, max = math.ceil, math.floor, math.max
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local calls = #KEYS / ${keys}
local block = ARGV[${numbers} + calls + 1]
local at, fresh, back, cost, spent
local answer, size = {}, 0

-- Up, for less would not suffice. What a reply's number cannot hold is a text.
local function milliseconds(microseconds)
  if microseconds == never then
    return never
  end
  local number = ceil(microseconds / 1000)
  return number > most and string.format('%.0f', number) or number
end

-- Redis counts lives in whole milliseconds, from a moment that may be a little before now.
local function lifetime(microseconds)
  return string.format('%.0f', math.min(math.ceil(microseconds / 1000) + 2, most))
end
${[...new Set(policies.map(({ meter }) => meter.functions))].join('\n')}
local function decide(call)
  local base = (call - 1) * ${keys}
  local key = KEYS[base + 1]
  cost = tonumber(ARGV[${numbers} + call])
  local text = redis.call('GET', key)
  local known = text and {struct.unpack('<${'d'.repeat(kept)}', text)} or {now, 0, 0}
  fresh = not text
  at = known[1]
  back = at > now
  if back then
    at = now
  end

  local over, span = known[2], known[3]
  if block == 'Infinity' then
    over = never
  elseif block then
    span = block * 1000
    over = now + span
  end
  local blocked = 0
  if over == never then
    blocked = never
  elseif over > now then
    over = math.min(over, now + span)
    blocked = over - now
  end

  local v = {}
  local allowed = blocked == 0
${policies.map(judge).join('')}
  spent = allowed and cost or 0
  local longest = max(0, blocked)
  local kept = {now, over, span${', 0'.repeat(kept - OWN)}}
${policies.map(settle).join('')}
  if block and not back and not fresh then
    -- What has been spent stays as it was written, to the last bit.
    kept, known[2], known[3] = known, over, span
  end
  if spent > 0 or back or block then
    if blocked == never then
      redis.call('SET', key, struct.pack('<${'d'.repeat(kept)}', unpack(kept, 1, ${kept})))
    elseif longest > 0 then
      redis.call('SET', key, struct.pack('<${'d'.repeat(kept)}', unpack(kept, 1, ${kept})), 'PX', lifetime(longest))
    else
      redis.call('DEL', key)
    end
  end
  answer[size + 1] = allowed and 1 or 0
${policies.map(report).join('\n')}
end

for call = 1, calls do
  local done, problem = pcall(decide, call)
  if not done then
    answer[size + 1] = type(problem) == 'table' and problem.err or problem
    for index = size + 2, size + ${1 + policies.length * NUMBERS} do
      answer[index] = 0
    end
  end
  size = size + ${1 + policies.length * NUMBERS}
end
return answer`

interface Counts {
  /** Of all policies, as they come with the call. */
  readonly numbers: number
  /** Of a key. */
  readonly kept: number
  /** Of each call. */
  readonly keys: number
}

interface Policy {
  readonly meter: Meter
  readonly names: Names
}

const judge = ({ meter, names }: Policy): string => `
do
  local wait = 0
${meter.judge(names)}
  if blocked ~= 0 then
    wait = (wait == never or blocked == never) and never or max(wait, blocked)
  end
  v.wait${names.id} = milliseconds(wait)
  allowed = allowed and wait == 0
end`

const settle = ({ meter, names: { id }, names }: Policy): string => `
do
  local left, idle, first, second
${meter.settle(names)}
  longest = max(longest, idle)
  v.left${id}, v.idle${id} = left, milliseconds(idle)
${['first', 'second']
  .slice(0, meter.kept)
  .map((name, index) => `  ${names.kept[index]?.replace('known', 'kept')} = ${name}`)
  .join('\n')}
end`

const report = ({ names: { id } }: Policy): string =>
  ['left', 'idle', 'wait']
    .map((name, index) => `  answer[size + ${2 + id * NUMBERS + index}] = v.${name}${id}`)
    .join('\n')

const scripts = new Map<string, Script>()

/**
 * The script for limits of those meters: for each call it reads all policies, decides, and charges all or none, or blocks the
 * key. Gives for each call 1 where it is allowed, else 0, and for each policy what is left, when it is as new, and when it
 * would be allowed, or -1; in the place of the first an error's text, where a call failed.
 *
 * Its arguments are the numbers of each policy, the cost of each call, and for how many milliseconds to block the keys, where
 * they are to be. Its keys are for each call the key's, and one for each log.
 */
export function consumeScript(meters: readonly Meter[], numbers: readonly (readonly unknown[])[]): Script {
  const name = meters.map(({ kind }) => kind).join()
  const known = scripts.get(name) ?? script(write(meters, numbers))
  scripts.set(name, known)
  return known
}

function write(meters: readonly Meter[], numbers: readonly (readonly unknown[])[]): string {
  let [argument, kept, log] = [1, OWN + 1, 2]
  const policies = meters.map((meter, id) => ({
    meter,
    names: {
      id,
      numbers: numbers[id]?.map(() => `ARGV[${argument++}]`) ?? [],
      kept: Array.from({ length: meter.kept }, () => `known[${kept++}]`),
      log: meter.hasLog ? `KEYS[base + ${log++}]` : '',
    },
  }))
  return inLocals(frame(policies, { numbers: argument - 1, kept: kept - 1, keys: log - 1 }))
}

/** A function of Lua has room for 200 locals. Where they suffice they take the place of `v`, which costs to be filled. */
function inLocals(text: string): string {
  const names = [...new Set(Array.from(text.matchAll(/\bv\.(\w+)/g), ([, name]) => `v_${name}`))]
  if (names.length > MOST_LOCALS) return text
  return text.replace(/\bv\.(?=\w)/g, 'v_').replace('local v = {}', `local ${names.join(', ')}`)
}

/** Forgets all keys. */
export const resetScript: Script = script(`return redis.call('UNLINK', unpack(KEYS))`)
