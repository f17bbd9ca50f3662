import type { Meter } from './meter.js'

/** One count, from one multiple of the window since the epoch to the next. */
export const fixedWindow: Meter = {
  kind: 'fixed',
  hasLog: false,
  kept: 1,
  numbers: ({ limit, window }) => [limit, window * 1_000],
  functions: '',
  judge: ({ id, numbers: [limit, window], known: [spent] }) => `
  local limit, window = tonumber(${limit}), tonumber(${window})
  local index = floor(now / window)
  local total = floor(at / window) == index and ${spent} or 0
  local rest = (index + 1) * window - now
  if total + cost > limit then
    wait = cost > limit and never or rest
  end
  v.limit${id}, v.total${id}, v.rest${id} = limit, total, rest`,
  settle: ({ id }) => `
  first = v.total${id} + spent
  left, idle = v.limit${id} - first, first > 0 and v.rest${id} or 0`,
}
