/** What a name stands for; `undefined` where nothing does. */
export type Lookup = (name: string) => string | undefined

/** A `${NAME:-default}` whose end is not reached yet. */
interface Opened {
  readonly source: string
  readonly value: string | undefined
  /** The text so far: of the default, or, at the bottom, of the whole. */
  text: string
}

// A whole reference, the opening of one with a default, or one without braces.
const REFERENCE = /\$(?:\{([A-Za-z_][\w.-]*?)(\}|:?-)|([A-Za-z_]\w*))/y
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' }

/**
 * Replaces `${NAME}`, `${NAME:-default}` (where it is unset or empty) and `${NAME-default}` (where it is unset); a
 * default may hold further ones. `$NAME` is replaced where it is set, and else stays as it is, for a password may hold a
 * dollar sign. What is put in is not looked at again, so that nothing runs in circles. `\$` is a dollar sign, and where
 * `escapes` are on `\n`, `\r`, `\t`, `\"` and `\\` are what they say. Anything else stays as it is. One pass, linear in
 * the text and what it stands for; it ends once that is longer than `longest`.
 */
export function expand(source: string, lookup: Lookup, escapes: boolean, longest: number): string {
  const whole: Opened = { source: '', value: undefined, text: '' }
  const opened: Opened[] = []
  let written = 0
  const write = (to: Opened, text: string) => {
    to.text += text
    written += text.length
  }
  let at = 0
  while (at < source.length && written <= longest) {
    const top = opened.at(-1) ?? whole
    const next = source[at + 1] ?? ''
    if (source[at] === '\\' && (next === '$' || (escapes && next in ESCAPES))) {
      write(top, ESCAPES[next] ?? next)
      at += 2
    } else if (source[at] === '}' && opened.length > 0) {
      opened.pop()
      written -= top.text.length
      write(opened.at(-1) ?? whole, top.value ?? top.text)
      at++
    } else {
      const [length, piece] = readReference(source, at, lookup)
      if (typeof piece === 'string') write(top, piece)
      else opened.push(piece)
      at += length
    }
  }
  // What was never closed is no reference.
  return whole.text + opened.map(({ source: opening, text }) => opening + text).join('')
}

/** What stands at a place: a character, a reference's value, or a reference whose default follows. */
function readReference(source: string, at: number, lookup: Lookup): [length: number, piece: string | Opened] {
  REFERENCE.lastIndex = at
  const [opening, name, end, bare] = (source[at] === '$' && REFERENCE.exec(source)) || []
  if (opening !== undefined && bare !== undefined) return [opening.length, lookup(bare) ?? opening]
  if (opening === undefined || name === undefined) return [1, source[at] ?? '']
  const found = lookup(name)
  if (end === '}') return [opening.length, found ?? '']
  const value = end === ':-' && found === '' ? undefined : found
  return [opening.length, { source: opening, value, text: '' }]
}
