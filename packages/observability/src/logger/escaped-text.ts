/** What stands between the delimiters of URLs, queries and forms. */
const PART = /[^\s&=?#"<>/;]+/g
/** A character of ASCII; in a form a plus is a space. */
const ESCAPED = /\+|%([0-7][\da-f])/gi
const RESERVED = /[\s"#$&+/;<=>?@\\^`{|}]/g

/** The text without what `hide` hides in its escaped parts: `/login?next=%2Fcb%3Ftoken%3Dabc`, `?user=ann%40example.com`. */
export function hideEscaped(text: string, hide: (part: string) => string): string {
  return text.replace(PART, (part) => {
    if (!part.includes('%')) return part
    const plain = part.replace(ESCAPED, (_, code = '20') => String.fromCharCode(Number.parseInt(code, 16)))
    if (plain === part) return part
    const clean = hide(plain)
    return clean === plain ? part : clean.replace(RESERVED, encodeURIComponent)
  })
}
