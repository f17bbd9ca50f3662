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
  kept: 1,
  numbers: ({ limit, window, burst }) => {
    const microseconds = window * 1_000
    const divisor = greatestCommonDivisor(microseconds, limit)
    return [burst, microseconds / divisor, limit / divisor]
  },
  functions: '',
  // What may be owed, what one costs, what a microsecond pays.
  judge: ({ id, numbers: [burst, price, pace], known: [debt] }) => `
  local burst, price, pace = tonumber(${burst}), tonumber(${price}), tonumber(${pace})
  local most = price * burst
  local debt = max(0, (${debt} or 0) - (now - at) * pace)
  local excess = debt + cost * price - most
  if excess > 0 then
    wait = cost > burst and never or ceil(excess / pace)
  end
  v.most${id}, v.price${id}, v.pace${id}, v.debt${id} = most, price, pace, debt`,
  settle: ({ id }) => `
  first = v.debt${id} + spent * v.price${id}
  left, idle = floor((v.most${id} - first) / v.price${id}), ceil(first / v.pace${id})`,
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
