import type { Meter, Names } from './meter.js'

/** What is kept of a key itself: when it was written, until when it is blocked, and for how long it was. */
export const OWN = 3
/** Of the answer for each policy. */
export const NUMBERS = 3
/** Beside those that a frame has itself. */
const MOST_LOCALS = 150

/** A policy's code, and what it calls its things. */
export interface Policy {
  readonly meter: Meter
  readonly names: Names
}

/** What a frame is written for. */
export interface Policies {
  readonly policies: readonly Policy[]
  /** The numbers of all policies that come with a call. */
  readonly numbers: number
  /** The keys of each call. */
  readonly keys: number
}

/** Where the numbers of a call are held: in locals, or in a table `v`. */
type Holder = 'locals' | 'table'

/*
 * A key is a row of doubles: what is kept of itself, and of each policy as it was at the moment that it was written.
 * Microseconds are exact in them until 2255; where they become text they are written by `%.0f`, for `tostring` would round
 * them. What is refused writes nothing, unless the clock was set back since: then what lies in the future counts from
 * now, so that nobody waits longer than after a call that were made now.
 *
 * The code is written out for each policy, without loops, tables and functions: they took as long as Redis itself.
 */

/** Decides a call, or blocks its key. */
export function forOne({ policies, numbers }: Policies): string {
  return held(
    (holder) => `${head(policies)}
local base, key = 0, KEYS[1]
cost, block = tonumber(ARGV[${numbers + 1}]), ARGV[${numbers + 2}]
${decision(policies, holder)}
return {${answers(policies).join(', ')}}`,
  )
}

/** Decides some calls, one after the other. One that fails takes no other along. */
export function forSome({ policies, numbers, keys }: Policies): string {
  const width = 1 + policies.length * NUMBERS
  return held(
    (holder) => `${head(policies)}
local answer, size = {}, 0
local function decide(call)
  local base = (call - 1) * ${keys}
  local key = KEYS[base + 1]
  cost = tonumber(ARGV[${numbers} + call])
${decision(policies, holder)}
${answers(policies)
  .map((value, index) => `  answer[size + ${index + 1}] = ${value}`)
  .join('\n')}
end
for call = 1, #KEYS / ${keys} do
  local done, problem = pcall(decide, call)
  if not done then
    answer[size + 1] = type(problem) == 'table' and problem.err or problem
    for index = size + 2, size + ${width} do
      answer[index] = 0
    end
  end
  size = size + ${width}
end
return answer`,
  )
}

/** A function of Lua has room for 200 locals. Where they suffice they take the place of the table, which costs to be filled. */
function held(write: (holder: Holder) => string): string {
  const text = write('locals')
  const names = [...new Set(Array.from(text.matchAll(/\bv\.(\w+)/g), ([, name]) => `v_${name}`))]
  if (names.length > MOST_LOCALS) return write('table')
  return text.replace(/\bv\.(?=\w)/g, 'v_').replace('local v = {}', `local ${names.join(', ')}`)
}

const head = (policies: readonly Policy[]): string => `
local never = -1
local most = 9007199254740991
local ceil, floor, max, min = math.ceil, math.floor, math.max, math.min
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local at, fresh, back, cost, spent, block
${[...new Set(policies.map(({ meter }) => meter.functions))].join('\n')}`

const decision = (policies: readonly Policy[], holder: Holder): string => `
  local v = {}
  local over, span = 0, 0
  at = now
  local text = redis.call('GET', key)
  if text then
${read(policies, holder)}
  end
  fresh = not text
  back = at > now
  if back then
    at = now
  end

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
    over = min(over, now + span)
    blocked = over - now
  end

  local allowed = blocked == 0
${policies.map(judge).join('\n')}
  spent = allowed and cost or 0
  local longest = max(0, blocked)
${policies.map(settle).join('\n')}

  local written = now
  if block and not (back or fresh) then
    -- What has been spent stays as it was written, to the last bit.
    written = at
${numbersOf(policies)
  .map(({ known, kept }) => `    ${kept} = ${known}`)
  .join('\n')}
  end
  if spent > 0 or back or block then
    if blocked == never then
      redis.call('SET', key, ${row(policies, holder)})
    elseif longest > 0 then
      redis.call('SET', key, ${row(policies, holder)}, 'PX', ${lifetime('longest')})
    else
      redis.call('DEL', key)
    end
  end`

const judge = ({ meter, names, names: { id } }: Policy): string => `
  do
    local wait = 0
${meter.judge(names)}
    if blocked ~= 0 then
      wait = (wait == never or blocked == never) and never or max(wait, blocked)
    end
    v.wait${id} = wait
    allowed = allowed and wait == 0
  end`

const settle = ({ meter, names, names: { id, kept } }: Policy): string => `
  do
    local left, idle, first, second
${meter.settle(names)}
    longest = max(longest, idle)
    v.left${id}, v.idle${id} = left, idle
    ${kept.join(', ')} = first, second
  end`

/** What is to be written. */
function row(policies: readonly Policy[], holder: Holder): string {
  const values = ['written', 'over', 'span', ...numbersOf(policies).map(({ kept }) => kept)].join(', ')
  return `struct.pack(${format(policies)}, ${holder === 'locals' ? values : `unpack({${values}})`})`
}

/** Reads what was written. */
function read(policies: readonly Policy[], holder: Holder): string {
  const names = numbersOf(policies).map(({ known }) => known)
  const unpacked = `struct.unpack(${format(policies)}, text)`
  if (holder === 'locals') return `    at, over, span, ${names.join(', ')} = ${unpacked}`
  return [
    `    local row = {${unpacked}}`,
    '    at, over, span = row[1], row[2], row[3]',
    ...names.map((name, index) => `    ${name} = row[${OWN + index + 1}]`),
  ].join('\n')
}

function format(policies: readonly Policy[]): string {
  return `'<${'d'.repeat(OWN + numbersOf(policies).length)}'`
}

/** What each number of a row is called, as it was and as it is to be. */
function numbersOf(policies: readonly Policy[]): { known: string; kept: string }[] {
  return policies.flatMap(({ names }) =>
    names.known.map((known, index) => ({ known, kept: names.kept[index] ?? known })),
  )
}

/** Whether it is allowed; and of each policy what is left, when it is as new, and when it would be allowed. */
function answers(policies: readonly Policy[]): string[] {
  const numbers = policies.flatMap(({ names: { id } }) => [
    `v.left${id}`,
    milliseconds(`v.idle${id}`),
    `v.wait${id} == never and never or ${milliseconds(`v.wait${id}`)}`,
  ])
  return ['allowed and 1 or 0', ...numbers]
}

/** Up, for less would not suffice. What a reply's number cannot hold is a text. */
function milliseconds(name: string): string {
  const number = `ceil(${name} / 1000)`
  return `${number} > most and string.format('%.0f', ${number}) or ${number}`
}

/** Redis counts lives in whole milliseconds, from a moment that may be a little before now. */
export function lifetime(microseconds: string): string {
  return `string.format('%.0f', min(ceil(${microseconds} / 1000) + 2, most))`
}
