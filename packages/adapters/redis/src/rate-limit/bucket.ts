import type { Meter } from './meter.js'

/**
 * The generic cell rate algorithm (ITU-T I.371), which is a token bucket that needs no timer: kept is the debt, which time
 * pays off. It is counted in `window / limit`ths of a microsecond, and both are divided by what they have in common, so that
 * all numbers are whole: exact while `window` in microseconds times `burst` stays below 2^53 after that, and beyond
 * right to one part in 10^15. It is how the memory store of `@base/resilience` counts, to the last bit.
 */
export const bucket: Meter = {
  kind: 'bucket',
  hasLog: false,
  numbers: ({ limit, window, burst }) => {
    const microseconds = window * 1_000
    const divisor = greatestCommonDivisor(microseconds, limit)
    return [burst, microseconds / divisor, limit / divisor]
  },
  // a: what one costs; b: what a microsecond pays.
  source: `
meters.bucket = {
  judge = function(policy, debt)
    policy.owed = policy.a * policy.most
    policy.debt = math.max(0, debt - (now - at) * policy.b)
    local excess = policy.debt + cost * policy.a - policy.owed
    if excess <= 0 then
      return 0
    end
    return cost > policy.most and never or math.ceil(excess / policy.b)
  end,
  settle = function(policy, spent)
    local debt = policy.debt + spent * policy.a
    return math.floor((policy.owed - debt) / policy.a), math.ceil(debt / policy.b), debt, 0
  end
}`,
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
