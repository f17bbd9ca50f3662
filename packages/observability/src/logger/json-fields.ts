import { ESCAPE } from './character-classes.js'
import type { KeyRules } from './key-rules.js'
import { ParameterNames } from './parameter-names.js'
import { CENSOR, type TextPattern } from './text-pattern.js'

/** UTF-16 units of a name. */
const MAX_NAME = 128
/** Backslashes before each quotation mark, in JSON within JSON four deep. */
const MAX_ESCAPES = 15
/** Blanks before a colon, and behind it. */
const MAX_BLANKS = 100
const NUMBER = /-?\d[\d.eE+-]*/y

/** JSON, such as the body of a request, whole, cut or amid other text: of its fields those whose names are hidden. */
export function jsonFields(hides: KeyRules): TextPattern {
  const names = new ParameterNames(hides)
  return {
    needs: ESCAPE,
    minLength: 5,
    // Stacks of errors have many colons, and no quotation mark.
    hide: (text) => (text.includes('"') ? hideFields(text, names.forText()) : text),
  }
}

function hideFields(text: string, isHidden: KeyRules): string {
  let clean = ''
  let from = 0
  let least = 0
  // By the colons, of which there are fewer than quotation marks.
  for (let colon = text.indexOf(':'); colon >= 0; colon = text.indexOf(':', colon + 1)) {
    const name = nameBefore(text, colon, least)
    if (name === undefined) continue
    least = colon + 1
    const hidden = isHidden(name.text)
    if (hidden === false) continue
    const { quote } = name
    const start = behindBlanks(text, least)
    if (hidden === 'text' && !text.startsWith(quote, start)) continue
    const end = endOfValue(text, start, quote)
    if (end === start) continue
    clean += text.slice(from, start) + quote + CENSOR + quote
    from = end
    least = end
    colon = end - 1
  }
  return from === 0 ? text : clean + text.slice(from)
}

/** The name of a field that ends before this colon, and its quotation mark: in JSON within JSON backslashes stand before each. */
function nameBefore(
  text: string,
  colon: number,
  least: number,
): { readonly text: string; readonly quote: string } | undefined {
  let close = colon - 1
  while (isBlank(text, close) && colon - close <= MAX_BLANKS) close--
  if (text[close] !== '"') return undefined
  let end = close
  while (text[end - 1] === '\\' && close - end <= MAX_ESCAPES) end--
  const open = text.lastIndexOf('"', end - 1)
  const escapes = close - end
  if (escapes > MAX_ESCAPES || open - escapes < least || end - open - 1 > MAX_NAME) return undefined
  const name = text.slice(open + 1, end)
  const quote = text.slice(end, close + 1)
  return name !== '' && !name.includes('\\') && text.endsWith(quote, open + 1)
    ? { text: name, quote }
    : undefined
}

function behindBlanks(text: string, start: number): number {
  let at = start
  while (isBlank(text, at) && at - start < MAX_BLANKS) at++
  return at
}

function isBlank(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code === 32 || (code >= 9 && code <= 13)
}

/** Where a value ends; where it begins, if it is no text, number, list or object. */
function endOfValue(text: string, start: number, quote: string): number {
  if (text.startsWith(quote, start)) return endOfText(text, start + quote.length, quote)
  if (text[start] === '{' || text[start] === '[') return endOfNested(text, start, quote)
  NUMBER.lastIndex = start
  return NUMBER.test(text) ? NUMBER.lastIndex : start
}

/** Behind the bracket that closes the first one; where what it stands in ends, if it is cut. */
function endOfNested(text: string, start: number, quote: string): number {
  const escapes = quote.length - 1
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const character = text[at]
    if (character === '"') {
      const level = escapesOf(text, start, at)
      if (level < escapes) return at - level
      at = endOfText(text, at + 1, quote) - 1
    } else if (character === '{' || character === '[') depth++
    else if ((character === '}' || character === ']') && --depth === 0) return at + 1
  }
  return text.length
}

/** Behind the quotation mark that closes a text; where what it stands in ends, if it is cut. */
function endOfText(text: string, start: number, quote: string): number {
  const escapes = quote.length - 1
  for (let end = text.indexOf('"', start); end >= 0; end = text.indexOf('"', end + 1)) {
    const level = escapesOf(text, start, end)
    if (level < escapes) return end - level
    if (level === escapes) return end + 1
  }
  return text.length
}

/** How many of the backslashes before a quotation mark are its own: 0, 1, 3, 7 and so on; those of the text before it come in twice as many and one. */
function escapesOf(text: string, start: number, quote: number): number {
  let from = quote
  while (from > start && text[from - 1] === '\\') from--
  const count = quote - from
  return (count ^ (count + 1)) >> 1
}
