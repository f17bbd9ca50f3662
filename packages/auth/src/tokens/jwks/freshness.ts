const MAX_AGE = /(?:^|,)\s*max-age\s*=\s*"?(\d{1,10})"?\s*(?:,|$)/i
const NOT_KEPT = /(?:^|,)\s*no-(?:store|cache)\s*(?:[,=]|$)/i

/** For how long a set may be used, in milliseconds: what the response says, within the bounds. */
export function freshFor(
  cacheControl: string | null,
  { least, most }: { least: number; most: number },
): number {
  if (cacheControl === null) return most
  // It is not asked again for every token, whatever it says.
  if (NOT_KEPT.test(cacheControl)) return least
  const [, seconds] = MAX_AGE.exec(cacheControl) ?? []
  return seconds === undefined ? most : Math.min(Math.max(Number(seconds) * 1_000, least), most)
}
