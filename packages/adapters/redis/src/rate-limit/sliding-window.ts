import type { Meter } from './meter.js'

/**
 * Two counts, of this window and of the one before, both aligned to the epoch: what was spent before is taken to have been
 * spent evenly. All is counted in `window`ths, so that it stays whole.
 */
export const slidingWindow: Meter = {
  kind: 'sliding',
  hasLog: false,
  kept: 2,
  numbers: ({ limit, window }) => [limit, window * 1_000],
  functions: '',
  judge: ({ id, numbers: [limit, window], known: [current, before] }) => `
  local limit, window = tonumber(${limit}), tonumber(${window})
  local index = floor(now / window)
  local age = index - floor(at / window)
  local passed = now - index * window
  local current = age == 0 and ${current} or 0
  local before = age == 0 and ${before} or (age == 1 and ${current} or 0)
  local spare = (limit - current - cost) * window
  if before * (window - passed) > spare then
    if cost > limit then
      wait = never
    elseif spare >= 0 then
      -- While this window lasts what counts of the one before shrinks; then this one is the one before.
      wait = ceil(window - spare / before) - passed
    else
      wait = window - passed + ceil(window - (limit - cost) * window / current)
    end
  end
  v.limit${id}, v.window${id}, v.rest${id} = limit, window, window - passed
  v.current${id}, v.before${id} = current, before`,
  settle: ({ id }) => `
  first, second = v.current${id} + spent, v.before${id}
  local rest, window = v.rest${id}, v.window${id}
  left = max(0, floor(v.limit${id} - (second * rest + first * window) / window))
  idle = first > 0 and rest + window or (second > 0 and rest or 0)`,
}
