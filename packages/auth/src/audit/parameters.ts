import { type IsSecretName, isSecretParameter, REDACTED } from './secret-names.js'

/** No parameter goes past a blank or a `"`. */
const PIECE = /[^\s"]+/g

/**
 * A quotation and what is before it, or else the rest. A `'` begins one where no parameter can have begun, and ends it before what
 * comes after quotations: any other may be of a value.
 */
const PART = /([^'?&#=%]*(?<![\p{L}\p{N}_])'(?:[^']|'(?![,;:)\]}]|$))*)('(?=[,;:)\]}]|$))|.+/gu

/** Where a value begins: of a form's first field, whose start is the first group, or of a parameter of a URL, maybe of one in another. */
const NAME = /(?:(^|['`(:])|[?#]|&(?:amp;)?|%(?:3F|26|23))([\w.[\]-]{1,64})(=|%3D)/gi
const END = /[&#<>]|$/
/** Of a value in a URL that is the value of a parameter. */
const ENCODED_END = /[&#<>]|%(?:3F|26|23)[\w.[\]-]{1,64}%3D|$/i

/** Whether a value is a secret: what it is called, whether that begins a field of a form, and where it ends in the piece. */
type IsSecret = (name: string, isField: boolean, end: number) => boolean

/** A text without what stands under the names of secrets in URLs, and in forms that are sent as text, which an `&` gives away. */
export function redactParameters(text: string, isSecretName: IsSecretName): string {
  return text.replace(PIECE, (piece) => {
    const lastFields = piece.lastIndexOf('&')
    const isSecret: IsSecret = (name, isField, end) =>
      (!isField || end < lastFields) && isSecretParameter(name, isSecretName)
    return piece.replace(
      PART,
      (part, quoted: string | undefined, end: string | undefined, offset: number) =>
        redactPart(quoted ?? part, offset, isSecret) + (end ?? ''),
    )
  })
}

function redactPart(part: string, offset: number, isSecret: IsSecret): string {
  let visible = ''
  let from = 0
  for (const { index, 0: start, 1: field, 2: name = '', 3: equals } of part.matchAll(NAME)) {
    const at = index + start.length
    if (index < from || !isSecret(name, field !== undefined, offset + at)) continue
    const end = at + part.slice(at).search(equals === '=' ? END : ENCODED_END)
    visible += part.slice(from, at) + (end > at ? REDACTED : '')
    from = end
  }
  return visible + part.slice(from)
}
