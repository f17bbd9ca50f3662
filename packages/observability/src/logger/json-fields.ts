import { ESCAPE } from './character-classes.js'
import type { TextPattern } from './patterns.js'

/** The name of a field, up to its value; in JSON within JSON backslashes stand before each quotation mark. */
const NAME = /(\\{0,15})"([^"\\]{1,128})\1"\s{0,100}:\s{0,100}/g
const NUMBER = /-?\d[\d.eE+-]*/y

/** JSON, such as the body of a request, whole, cut or amid other text: of its fields those whose names are hidden. */
export const JSON_FIELDS: TextPattern = {
  needs: ESCAPE,
  minLength: 5,
  hide: (text, censor, hides) => {
    if (!text.includes('"')) return text
    let clean = ''
    let from = 0
    NAME.lastIndex = 0
    for (let found = NAME.exec(text); found !== null; found = NAME.exec(text)) {
      const [, backslashes = '', name = ''] = found
      if (!hides(name)) continue
      const start = NAME.lastIndex
      const quote = `${backslashes}"`
      const end = endOfValue(text, start, quote)
      if (end === start) continue
      clean += text.slice(from, start) + quote + censor + quote
      from = end
      NAME.lastIndex = end
    }
    return clean + text.slice(from)
  },
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
