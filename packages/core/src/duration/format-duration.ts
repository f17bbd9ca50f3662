import { toMilliseconds, UNITS } from './duration.js'

/**
 * A duration as text: the largest single unit that divides the milliseconds. `Infinity` is `'Infinity'`.
 *
 * @example
 * formatDuration(90_000) // '90s'
 * formatDuration(7_200_000) // '2h'
 * formatDuration(0) // '0ms'
 *
 * @throws {@link InvalidOptionError} for what is no duration in milliseconds.
 */
export function formatDuration(milliseconds: number): string {
  const ms = toMilliseconds(milliseconds, {
    pattern: 'formatDuration',
    option: 'milliseconds',
    infinity: true,
  })
  if (ms === 0 || ms === Number.POSITIVE_INFINITY) return ms === 0 ? '0ms' : 'Infinity'
  const [unit, factor] = UNITS.find(([, size]) => ms % size === 0) ?? ['ms', 1]
  return `${ms / factor}${unit}`
}
