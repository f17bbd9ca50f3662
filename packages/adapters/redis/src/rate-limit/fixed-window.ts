import type { Meter } from './meter.js'

/** One count, from one multiple of the window since the epoch to the next. */
export const fixedWindow: Meter = {
  kind: 'fixed',
  hasLog: false,
  numbers: ({ limit, window }) => [limit, window * 1_000, 0],
  // a: the window.
  source: `
meters.fixed = {
  judge = function(policy, spent)
    local index = math.floor(now / policy.a)
    policy.left = (index + 1) * policy.a - now
    policy.spent = math.floor(at / policy.a) == index and spent or 0
    if policy.spent + cost <= policy.most then
      return 0
    end
    return cost > policy.most and never or policy.left
  end,
  settle = function(policy, spent)
    local total = policy.spent + spent
    return policy.most - total, total > 0 and policy.left or 0, total, 0
  end
}`,
}
