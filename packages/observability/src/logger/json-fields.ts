import { ESCAPE } from './character-classes.js'
import type { TextPattern } from './patterns.js'

/** The name of a field, up to its value; in JSON within JSON backslashes stand before each quotation mark. */
const NAME = /(\\{0,7})"([^"\\]{1,128})\1"\s{0,100}:\s{0,100}/g
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

/** Behind the bracket that closes the first one. */
function endOfNested(text: string, start: number, quote: string): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const character = text[at] as string
    if (text.startsWith(quote, at)) at = endOfText(text, at + quote.length, quote) - 1
    else if (character === '{' || character === '[') depth++
    else if ((character === '}' || character === ']') && --depth === 0) return at + 1
  }
  return text.length
}

/** Behind the quotation mark that closes a text; where what it stands in ends, if it is cut. */
function endOfText(text: string, start: number, quote: string): number {
  const escapes = quote.length - 1
  for (let end = text.indexOf('"', start); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end
    while (before > start && text[before - 1] === '\\') before--
    const found = end - before
    if (found < escapes) return before
    // A backslash of the text is written as so many, and a quotation mark of it has one more.
    if (found % (2 * escapes + 2) === escapes) return end + 1
  }
  return text.length
}
