import { decision, type Holder, type Policy } from './decision.js'
import { milliseconds } from './times.js'

/** Of the answer for each policy. */
export const NUMBERS = 3
/** Beside those that a frame has itself. */
const MOST_LOCALS = 150

/** What a frame is written for. */
export interface Policies {
  readonly policies: readonly Policy[]
  /** The numbers of all policies that come with a call. */
  readonly numbers: number
  /** The keys of each call. */
  readonly keys: number
}

// The code is written out for each policy, without loops, tables and functions: they took as long as Redis itself.

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

/** Whether it is allowed; and of each policy what is left, when it is as new, and when it would be allowed. */
function answers(policies: readonly Policy[]): string[] {
  const numbers = policies.flatMap(({ names: { id } }) => [
    `v.left${id}`,
    milliseconds(`v.idle${id}`),
    `v.wait${id} == never and never or ${milliseconds(`v.wait${id}`)}`,
  ])
  return ['allowed and 1 or 0', ...numbers]
}
