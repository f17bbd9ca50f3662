import { JsonError } from './json-error.js'
import { KeySet, keyOf } from './key-set.js'
import { endOfString } from './string-end.js'

const SPACE = 32
const QUOTE = 34
const COMMA = 44
const OPEN_ARRAY = 91
const BACKSLASH = 92
const CLOSE_ARRAY = 93
const OPEN_OBJECT = 123
const CLOSE_OBJECT = 125

/**
 * Looks for what a JSON text must not have: nesting beyond `maxDepth`, a key twice in one object, a key by which code that
 * copies properties would change a prototype. Builds nothing, so that a text is refused before it costs memory.
 *
 * It is exact for every valid JSON text, and says anything of another one; `JSON.parse` comes next, and refuses that. It
 * reads each character once: strings to their end, and outside of them the brackets and commas, which is all it takes to
 * know which strings are keys.
 *
 * @throws SyntaxError where an escape in a key is none.
 */
export function scanJson(text: string, maxDepth: number): JsonError | undefined {
  const levels = [new Level()]
  let level = levels[0] as Level
  let depth = 0
  let expectsKey = false
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit < QUOTE) {
      // White space: spaces come in rows, of which a loop of its own makes short work.
      while (text.charCodeAt(at + 1) === SPACE) at++
      continue
    }
    // Digits, colons.
    if (unit > COMMA && unit < OPEN_ARRAY) continue
    if (unit === QUOTE) {
      if (expectsKey) {
        const refusal = refuseKey(text, at + 1, level.keys)
        if (refusal !== undefined) return refusal
        expectsKey = false
        // Past the quote, and past what follows it: a colon, or space before one.
        at = level.keys.end + 1
      } else at = endOfString(text, at + 1)
    } else if (unit === COMMA) {
      expectsKey = level.isObject
    } else if (unit === OPEN_OBJECT || unit === OPEN_ARRAY) {
      if (depth === maxDepth) return tooDeep(at, maxDepth)
      expectsKey = unit === OPEN_OBJECT
      level = levels[++depth] ??= new Level()
      level.open(expectsKey)
    } else if ((unit === CLOSE_OBJECT || unit === CLOSE_ARRAY) && depth > 0) {
      level = levels[--depth] as Level
      expectsKey = false
    }
  }
  return undefined
}

/** What is open at one depth. */
class Level {
  isObject = false
  readonly keys: KeySet = new KeySet()

  open(isObject: boolean): void {
    this.isObject = isObject
    this.keys.clear()
  }
}

function refuseKey(text: string, start: number, keys: KeySet): JsonError | undefined {
  const isNew = keys.read(text, start)
  if (isForbidden(text, start, keys.end)) {
    const key = keyOf(text, start, keys.end)
    return new JsonError('JSON_FORBIDDEN_KEY', `The JSON text has a key ${key}, which is not accepted.`, {
      position: start,
    })
  }
  if (isNew) return undefined
  return new JsonError(
    'JSON_DUPLICATE_KEY',
    `The JSON text has a key twice in one object, at position ${start}.`,
    { position: start },
  )
}

const FORBIDDEN = ['__proto__', 'constructor']
const SHORTEST = 9

function isForbidden(text: string, start: number, end: number): boolean {
  if (end - start < SHORTEST) return false
  const first = text.charCodeAt(start)
  // An underscore, a c, or an escape of anything.
  if (first !== 95 && first !== 99 && first !== BACKSLASH) return false
  return FORBIDDEN.includes(keyOf(text, start, end))
}

function tooDeep(position: number, maxDepth: number): JsonError {
  return new JsonError('JSON_TOO_DEEP', `The JSON text is nested deeper than ${maxDepth}.`, { position })
}
