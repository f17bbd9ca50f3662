const decoder: InstanceType<typeof TextDecoder> = /* @__PURE__ */ new TextDecoder('utf-8', {
  fatal: true,
  ignoreBOM: true,
})

/**
 * A JSON object in UTF-8, frozen to any depth; `undefined` for everything else, and where an object has a name twice: parsers
 * differ in which one they take, so two readers of one token would see two tokens.
 */
export function parseStrictObject(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const text = decoder.decode(bytes)
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    // A name that stands there twice is once in what was parsed.
    return freezeAndCount(value) === countNames(text) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

const QUOTE = '"'
const BACKSLASH = 92
const COLON = 58
const SPACE = 32

/** How many names a JSON document has: texts with a colon behind them. It must be JSON, or this may not end well. */
function countNames(json: string): number {
  let names = 0
  let start = json.indexOf(QUOTE)
  while (start !== -1) {
    let next = endOfText(json, start) + 1
    while (json.charCodeAt(next) <= SPACE) next++
    if (json.charCodeAt(next) === COLON) names++
    start = json.indexOf(QUOTE, next)
  }
  return names
}

/** Where the quotation mark is that ends a text: one with no backslash before it, or an even number of them. */
function endOfText(json: string, start: number): number {
  let end = json.indexOf(QUOTE, start + 1)
  while (isEscaped(json, end)) end = json.indexOf(QUOTE, end + 1)
  return end
}

function isEscaped(json: string, at: number): boolean {
  let before = at - 1
  while (json.charCodeAt(before) === BACKSLASH) before--
  return (at - before) % 2 === 0
}

/** Freezes what was parsed; gives the number of names that are left in it. */
function freezeAndCount(value: object): number {
  const members: unknown[] = Array.isArray(value) ? value : Object.values(value)
  let names = members === value ? 0 : members.length
  for (const member of members) {
    if (typeof member === 'object' && member !== null) names += freezeAndCount(member)
  }
  Object.freeze(value)
  return names
}
