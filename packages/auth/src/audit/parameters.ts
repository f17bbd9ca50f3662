import { type IsSecretName, isSecretParameter, REDACTED } from './secret-names.js'

/** No parameter goes past a blank or a `"`. */
const PIECE = /[^\s"]+/g

/**
 * A quotation and what is before it, or else the rest. A `'` begins one where no parameter can have begun, and ends it before what
 * comes after quotations: any other may be of a value.
 */
const PART = /([^'?&#=%]*(?<!\w)'(?:[^']|'(?![,;:)\]}]|$))*)('(?=[,;:)\]}]|$))|.+/g

/** Where a value begins: of a form's first field, whose start is the first group, or of a parameter of a URL, maybe of one in another. */
const NAME = /(?:(^|['`(:])|[?#]|&(?:amp;)?|%(?:3F|26|23))([\w.[\]-]{1,64})(=|%3D)/gi
const END = /[&#<>]|$/
/** Of a value in a URL that is the value of a parameter. */
const ENCODED_END = /[&#<>]|%(?:3F|26|23)[\w.[\]-]{1,64}%3D|$/i

/** A text without what stands under the names of secrets in URLs, and in forms that are sent as text, which an `&` gives away. */
export function redactParameters(text: string, isSecretName: IsSecretName): string {
  return text.replace(PIECE, (piece) => {
    const hasFields = piece.includes('&')
    const isSecret = (name: string, isField: boolean) =>
      (hasFields || !isField) && isSecretParameter(name, isSecretName)
    return piece.replace(
      PART,
      (part, quoted: string | undefined, end = '') => redactPart(quoted ?? part, isSecret) + end,
    )
  })
}

function redactPart(part: string, isSecret: (name: string, isField: boolean) => boolean): string {
  let visible = ''
  let from = 0
  for (const { index, 0: start, 1: field, 2: name = '', 3: equals } of part.matchAll(NAME)) {
    if (index < from || !isSecret(name, field !== undefined)) continue
    const at = index + start.length
    const end = at + part.slice(at).search(equals === '=' ? END : ENCODED_END)
    visible += part.slice(from, at) + (end > at ? REDACTED : '')
    from = end
  }
  return visible + part.slice(from)
}
