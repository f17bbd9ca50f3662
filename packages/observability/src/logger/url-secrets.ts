import { AT, EQUALS } from './character-classes.js'
import { type KeyRules, keyRules, plainName } from './key-rules.js'
import { ParameterNames } from './parameter-names.js'
import { CENSOR, type TextPattern } from './text-pattern.js'

/**
 * An apostrophe may stand in a URL as it is; behind one that closes a quotation comes what comes behind quotations, such as the
 * end, or a comma and the next one.
 */
const QUOTE = /'(?![\s;\]}>"]|\){0,8}(?:$|[\s;\]}]|[,:|][\s([{]{0,8}['"\s]))/.source
const USER_INFO = new RegExp(`(\\b[a-z][a-z0-9+.-]{0,20}://)(?:[^\\s/?#"'<>]|${QUOTE}){1,512}@`, 'gi')
/**
 * A password with what should have been escaped in it: `app:p#w@db`. What begins as a port does is none (`host:80/@scope`), nor
 * what ends in a slash (`host:${port}/@fs`), a path on a drive (`C:/a@b`), a path of a host (`ssh://host.example:a/b@v1`), or
 * what goes on to another address.
 */
const RAW_USER_INFO = new RegExp(
  [
    /\b(?!(?:git\+)?ssh:\/\/[\w-]+(?:\.[\w-]+)+:[\w.-]+\/)/.source,
    /([a-z][a-z0-9+.-]{0,20}:\/\/)(?![a-z]:[/\\])/.source,
    `(?:[^\\s/?#"'<>:@[\\]]|${QUOTE}){0,128}:`,
    /(?!\d{1,5}[/?#,;)\]|&])/.source,
    `(?:(?!://)(?:[^\\s"'<>@]|${QUOTE})){1,128}(?<!/)@(?:(?:[^\\s/"'<>@]|${QUOTE}){0,128}@){0,8}`,
  ].join(''),
  'gi',
)
/** The message of a stack, where that may be a query or a form alone. */
const MESSAGE = /^([\w$.]{1,64}(?: \[\w{1,64}\])?: )(\S+)(?=\n {4}at )/
const VALUE = new RegExp(`(?:[^&;\\s#"']|${QUOTE})+`, 'y')
/** UTF-16 units of a parameter's name. */
const MAX_NAME = 128
/** What a character is to a parameter's name. */
const [NAME, BEGIN, NEITHER] = [0, 1, 2]
const PARTS = parts()

/** Names that are secret in a URL, beside those that are as keys. */
const isSecret = keyRules([
  'access-token',
  'refresh-token',
  'id-token',
  'auth-token',
  'session-token',
  'token',
  'api-key',
  'client-secret',
  'secret',
  'password',
  'passwd',
  'x-amz-signature',
  'x-amz-security-token',
  'x-amz-credential',
  'x-goog-signature',
  'aws-access-key-id',
])
/** Those that are common words: as the whole name only, for `filter[code]` is none. */
const WORDS: ReadonlySet<string> = new Set(['code', 'sig', 'signature'])
/** Names that tell nothing of a text that is `name=value` alone: an exit code, a signal, a directory. */
const VAGUE: ReadonlySet<string> = new Set([...WORDS, 'pwd', 'oldpwd'])

/** Users, passwords and secret parameters of the URLs in a text, or of the query or form that it is. */
export function urlSecrets(hides: KeyRules): TextPattern {
  const names = new ParameterNames((name) => isSecret(name) || WORDS.has(plainName(name)) || hides(name))
  return { needs: AT | EQUALS, minLength: 5, hide: (text) => hideSecrets(text, names) }
}

function hideSecrets(text: string, names: ParameterNames): string {
  const hideIn = (part: string) => hideParameters(part, names.forText())
  const named = text.includes('=')
    ? hideIn(text.replace(MESSAGE, (_, before: string, message: string) => before + hideIn(message)))
    : text
  if (!text.includes('://') || !text.includes('@')) return named
  const hide = (_: string, scheme: string) => `${scheme}${CENSOR}@`
  return named.replace(USER_INFO, hide).replace(RAW_USER_INFO, hide)
}

/** Values are gone over too: one may be a URL with parameters of its own. */
function hideParameters(text: string, isHidden: KeyRules): string {
  let clean = ''
  let from = 0
  for (let end = text.indexOf('='); end >= 0; end = text.indexOf('=', end + 1)) {
    const start = startOfName(text, end, from)
    if (start === end) continue
    const name = decoded(text.slice(start, end))
    // In a query all are texts.
    if (isHidden(name) === false || (start === 0 && !isQuery(text, name))) continue
    VALUE.lastIndex = end + 1
    if (!VALUE.test(text)) continue
    clean += text.slice(from, end + 1) + CENSOR
    from = VALUE.lastIndex
    end = from - 1
  }
  return from === 0 ? text : clean + text.slice(from)
}

/** Whether a text is a query or a form that begins with this name, though no `?` says so. */
function isQuery(text: string, name: string): boolean {
  return !/\s/.test(text.trimEnd()) && (text.includes('&') || !VAGUE.has(plainName(name)))
}

/** Where the name begins that ends here; where it ends, if it is none of a parameter. 0 is that of a query without its `?`. */
function startOfName(text: string, end: number, from: number): number {
  const least = Math.max(from, end - MAX_NAME - 1)
  for (let index = end - 1; index >= least; index--) {
    const code = text.charCodeAt(index)
    const part = code < 128 ? PARTS[code] : NAME
    if (part === BEGIN) return index + 1
    if (part === NEITHER) return end
  }
  // What comes to its end here is no query: Base64 does so.
  return least === 0 && end <= MAX_NAME && end < text.length - 2 ? 0 : end
}

/** `user%5Bpassword%5D` is `user[password]`. */
function decoded(name: string): string {
  if (!name.includes('%')) return name
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

function parts(): Uint8Array {
  const table = new Uint8Array(128)
  table.fill(NEITHER, 0, 33)
  for (const character of `="'<>`) table[character.charCodeAt(0)] = NEITHER
  for (const character of '?&;#') table[character.charCodeAt(0)] = BEGIN
  return table
}
