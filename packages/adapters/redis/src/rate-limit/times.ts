/** Up, for less would not suffice. What a reply's number cannot hold is a text. */
export function milliseconds(name: string): string {
  const number = `ceil(${name} / 1000)`
  return `${number} > most and string.format('%.0f', ${number}) or ${number}`
}

/** Redis counts lives in whole milliseconds, from a moment that may be a little before now. */
export function lifetime(microseconds: string): string {
  return `string.format('%.0f', min(ceil(${microseconds} / 1000) + 2, most))`
}
