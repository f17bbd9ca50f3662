/** Gives times as ISO 8601, in UTC with milliseconds; the second is worked out once. */
export function isoTimes(): (time: number) => string {
  let second = Number.NaN
  let prefix = ''
  return (time) => {
    const whole = Math.floor(time / 1_000)
    if (whole !== second) {
      second = whole
      prefix = new Date(whole * 1_000).toISOString().slice(0, -4)
    }
    const rest = Math.floor(time - whole * 1_000)
    return rest < 10 ? `${prefix}00${rest}Z` : rest < 100 ? `${prefix}0${rest}Z` : `${prefix}${rest}Z`
  }
}
