import type { Meter } from './meter.js'

/**
 * Two counts, of this window and of the one before, both aligned to the epoch: what was spent before is taken to have been
 * spent evenly. All is counted in `window`ths, so that it stays whole.
 */
export const slidingWindow: Meter = {
  kind: 'sliding',
  hasLog: false,
  numbers: ({ limit, window }) => [limit, window * 1_000, 0],
  // a: the window.
  source: `
meters.sliding = {
  judge = function(policy, current, before)
    local window = policy.a
    local index = math.floor(now / window)
    local age = index - math.floor(at / window)
    policy.passed = now - index * window
    policy.current = age == 0 and current or 0
    policy.before = age == 0 and before or (age == 1 and current or 0)
    local spare = (policy.most - policy.current - cost) * window
    if policy.before * (window - policy.passed) <= spare then
      return 0
    end
    if cost > policy.most then
      return never
    end
    -- While this window lasts what counts of the one before shrinks; then this one is the one before.
    if spare >= 0 then
      return math.ceil(window - spare / policy.before) - policy.passed
    end
    local later = math.ceil(window - (policy.most - cost) * window / policy.current)
    return window - policy.passed + later
  end,
  settle = function(policy, spent)
    local window = policy.a
    local current = policy.current + spent
    local left = window - policy.passed
    local total = policy.before * left + current * window
    local idle = current > 0 and left + window or (policy.before > 0 and left or 0)
    return math.max(0, math.floor(policy.most - total / window)), idle, current, policy.before
  end
}`,
}
