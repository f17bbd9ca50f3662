import type { Meter, Names } from './meter.js'
import { lifetime } from './times.js'

/** What is kept of a key itself: when it was written, until when it is blocked, and for how long it was. */
const OWN = 3

/** A policy's code, and what it calls its things. */
export interface Policy {
  readonly meter: Meter
  readonly names: Names
}

/** Where the numbers of a call are held: in locals, or in a table `v`. */
export type Holder = 'locals' | 'table'

/*
 * A key is a row of doubles: what is kept of itself, and of each policy as it was at the moment that it was written.
 * Microseconds are exact in them until 2255; where they become text they are written by `%.0f`, for `tostring` would round
 * them. What is refused writes nothing, unless the clock was set back since: then what lies in the future counts from
 * now, so that nobody waits longer than after a call that were made now. A block leaves what has been spent as it was
 * written, to the last bit: counted on to now it would be rounded, beyond 2^53.
 */

/** Reads what is known of a key, judges a call, and writes what it spends, or a block. */
export const decision = (policies: readonly Policy[], holder: Holder): string => `
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
