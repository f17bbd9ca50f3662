/** Names and texts of a JSON document; a text before a colon is a name. */
const TEXT = /"(?:[^"\\]|\\.)*"(\s*:)?/g

/**
 * A JSON object in UTF-8, frozen to any depth; `undefined` for everything else, and where an object has a name twice: parsers
 * differ in which one they take, so two readers of one token would see two tokens.
 */
export function parseStrictObject(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  let text: string
  let value: unknown
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return freezeAndCount(value) === countNames(text) ? (value as Record<string, unknown>) : undefined
}

function countNames(json: string): number {
  let names = 0
  for (const [, colon] of json.matchAll(TEXT)) {
    if (colon !== undefined) names++
  }
  return names
}

/** Freezes what was parsed; gives the number of names that are left in it. */
function freezeAndCount(value: object): number {
  let names = 0
  const isList = Array.isArray(value)
  for (const member of Object.values(value)) {
    if (!isList) names++
    if (typeof member === 'object' && member !== null) names += freezeAndCount(member)
  }
  Object.freeze(value)
  return names
}
