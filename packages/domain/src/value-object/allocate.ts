import { invalidOption } from '@base/core/options'
import { placeOf } from '../place.js'

/** Parts of a whole in given ratios that add up to it: the largest remainders get the units left over, the first first. */
export function allocate(whole: bigint, ratios: readonly (number | bigint)[]): readonly bigint[] {
  const weights = checkRatios(ratios)
  const total = weights.reduce((sum, weight) => sum + weight, 0n)
  if (total === 0n) throw invalid(ratios)
  const size = whole < 0n ? -whole : whole
  const parts = weights.map((weight) => (size * weight) / total)
  const left = size - parts.reduce((sum, part) => sum + part, 0n)
  const byRemainder = weights
    .map((weight, index) => ({ index, remainder: (size * weight) % total }))
    .sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1))
  for (const { index } of byRemainder.slice(0, Number(left))) parts[index] = (parts[index] ?? 0n) + 1n
  return whole < 0n ? parts.map((part) => -part) : parts
}

function checkRatios(ratios: readonly (number | bigint)[]): readonly bigint[] {
  if (!Array.isArray(ratios)) throw invalid(ratios)
  // Not `map`, which passes over holes.
  return Array.from(ratios, (ratio: unknown) => {
    const whole =
      typeof ratio === 'bigint' ? ratio >= 0n : Number.isSafeInteger(ratio) && (ratio as number) >= 0
    if (!whole) throw invalid(ratio)
    return BigInt(ratio as number | bigint)
  })
}

function invalid(received: unknown): Error {
  const allowed = 'whole numbers from 0, at least one of them above 0'
  return invalidOption(received, placeOf('Money')('ratios'), allowed)
}
