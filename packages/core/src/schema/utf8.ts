/** How many bytes a text has in UTF-8, or any number above `limit` as soon as it has more. */
export function utf8Length(text: string, limit: number): number {
  // A unit has one to three bytes.
  if (text.length > limit || text.length * 3 <= limit) return text.length
  let length = text.length
  for (let index = 0; index < text.length && length <= limit; index++) {
    const unit = text.charCodeAt(index)
    if (unit < 0x80) continue
    if (unit < 0x800) length++
    else length += 2
    // A pair of surrogates has four bytes: three and one. A lone one is written as U+FFFD, with three.
    if (isHigh(unit) && isLow(text.charCodeAt(index + 1))) index++
  }
  return length
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff
}
