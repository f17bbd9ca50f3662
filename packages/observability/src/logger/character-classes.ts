/** The text cannot stand in JSON as it is. */
export const ESCAPE = 1
export const DIGIT = 2
export const AT = 4
export const DOT = 8
/** The text has a space, or something that must be escaped, as a tab must. */
export const SPACE = 16
export const EQUALS = 32
/** Said of every text, for what can only be found by looking for it. */
const TEXT = 64
export const PERCENT = 128
/** What is said of a text that was not looked at: it may have anything. */
export const ANYTHING = 255

/** Beyond this length native searches are faster than one look at every character. */
const SHORT = 128

const CLASSES = classes()

/** What kinds of characters are in the text, so that nothing is searched for that cannot be there. */
export function characterClasses(text: string): number {
  const { length } = text
  if (length > SHORT) return ANYTHING
  let found = TEXT
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index)
    // A lone surrogate must be escaped: JSON.stringify knows which is one.
    if (code < 128) found |= CLASSES[code] as number
    else if (code >= 0xd800 && code <= 0xdfff) found |= ESCAPE
  }
  return found
}

function classes(): Uint8Array {
  const table = new Uint8Array(128)
  table.fill(ESCAPE | SPACE, 0, 32)
  for (const character of '"\\') table[character.charCodeAt(0)] = ESCAPE
  table.fill(DIGIT, 48, 58)
  table[64] = AT
  table[46] = DOT
  table[32] = SPACE
  table[61] = EQUALS
  table[37] = PERCENT
  return table
}
