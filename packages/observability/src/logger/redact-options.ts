import { checkBoolean, invalidOption } from '@base/core/options'
import { headerLines } from './header-lines.js'
import { jsonFields } from './json-fields.js'
import { defaultKeyRules, keyRules } from './key-rules.js'
import { parsePath, withStackTrace } from './path-pattern.js'
import { DEFAULT_PATTERNS, ownPattern, type RedactPattern, textPatterns } from './patterns.js'
import { PRIVATE_KEY } from './private-key.js'
import { Redaction } from './redaction.js'

const WHERE = { package: '@base/observability', pattern: 'createLogger' } as const

/** What a logger never shows; see {@link createLogger}. What is hidden is replaced by `[Redacted]`. */
export interface RedactOptions {
  /**
   * Names whose values are hidden at any depth, whatever they hold: in any case, with or without `-` and `_`, and `*` stands
   * for any characters. Of a name of several the last counts (`user.password`), and each in brackets (`user[password][0]`). So are parameters of these names in URLs, their fields in a text of JSON, and their lines in a head of HTTP.
   *
   * Beside the default ones:
   * - `authorization`, `proxy-authorization`, `cookie`, `cookies`, `set-cookie`
   * - `*password`, `*passwords`, `*passwd`, `*pwd`, `*passphrase`, `*password-hash`, `*password-hashes`,
   *   `*password-confirm`, `*password-confirmation`
   * - `*secret`, `*secrets`, `credentials`, `*connection-string`
   * - `*api-key`, `*private-key`, `*signing-key`, `*hmac-key`, `*master-key`, each also with an `s`; `*encryption-key`, `*secret-key`,
   *   `*secret-access-key`
   * - `token`, `*access-token`, `*refresh-token`, both also with an `s`; `*id-token`, `*auth-token`, `*session-token`,
   *   `*security-token`, `*csrf-token`, `*xsrf-token`
   * - `*session-id`, `*session-ids`, `*sessid`, `sid`, `connect.sid`
   * - `card-number`, `pan`, `cvv`, `cvc`, `cvv2`, `cvc2`, `otp`
   * - `stripe-signature`, `webhook-signature`, `x-hub-signature`, `x-hub-signature-256`, `x-signature`, `x-slack-signature`,
   *   `x-twilio-signature`
   * - where they hold a text: `pass`, alone or behind whose it is (`userPass`, `SMTP_PASS`), `jwt` and `bearer` as words of their own
   *
   * Any other name is shown: `tokens`, a count as a rule, `passed`, `signature`, and your `pin` or `iban`.
   *
   * @defaultValue [], beside the default ones
   */
  readonly keys?: readonly string[] | undefined
  /**
   * Places whose values are hidden, from the top of the line, under the names that the line has in the end, or that were given:
   * `'http.request.headers.x-key'` or `'req.headers.x-key'`, `'users[*].card'` (`*` is one step), `'**.ssn'` (`**` is any number
   * of them). The message of an error is in its stack as well, and is that of the line where none is given.
   *
   * @defaultValue []
   */
  readonly paths?: readonly string[] | undefined
  /**
   * Secrets that are hidden in every text, the message too, by their form: the name of a pattern, or an expression of yours,
   * whose matches are hidden. Beside the default ones: `'private-key'` (PEM and PGP, up to the line that ends it, or the end
   * of the text), `'bearer'` (credentials of HTTP), `'jwt'`, `'url'` (users, passwords and tokens in URLs, in the query or the fragment, and in a text that is a query or a form alone, where `code`, `sig`, `signature` and `pwd` are none without an `&`) and `'pan'` (payment cards, also as numbers).
   *
   * @defaultValue [], beside the default ones
   */
  readonly patterns?: readonly (RedactPattern | RegExp)[] | undefined
  /** Whether the default keys and patterns hold. @defaultValue true */
  readonly defaults?: boolean | undefined
}

/** The rules of the options, checked. */
export function redactionOf(options: RedactOptions): Redaction {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw invalidOption(options, { ...WHERE, option: 'redact' }, "an object: { paths: ['card.number'] }")
  const { keys = [], paths = [], patterns = [], defaults = true } = options
  checkBoolean(defaults, { ...WHERE, option: 'redact.defaults' })
  const names = list(keys, 'redact.keys').flatMap((key) => withStackTrace(checkKey(key)))
  const steps = list(paths, 'redact.paths').flatMap((path) =>
    withStackTrace(parsePath(path, { ...WHERE, option: 'redact.paths' })),
  )
  const hides = defaults ? defaultKeyRules(names) : keyRules(names)
  const ready = textPatterns(hides)
  const forms = list(patterns, 'redact.patterns').map((form) => checkPattern(form, ready))
  const all = [...new Set<RedactPattern | RegExp>([...(defaults ? DEFAULT_PATTERNS : []), ...forms])]
  return new Redaction({
    hides,
    paths: steps,
    patterns: [
      // While all its lines are there: what stands before it may name a secret that ends with the first.
      ...(all.includes('private-key') ? [PRIVATE_KEY] : []),
      headerLines(hides),
      jsonFields(hides),
      ...all
        .filter((form) => form !== 'private-key')
        .map((form) => (typeof form === 'string' ? ready[form] : ownPattern(form))),
    ],
    cards: all.includes('pan'),
  })
}

function list<T>(value: readonly T[], option: string): readonly T[] {
  if (Array.isArray(value)) return value
  throw invalidOption(value, { ...WHERE, option }, 'an array')
}

function checkKey(key: unknown): string {
  if (typeof key === 'string' && /[^*\s_[\]-]/.test(key)) return key
  throw invalidOption(key, { ...WHERE, option: 'redact.keys' }, "names such as 'password' or '*-secret'")
}

function checkPattern(pattern: unknown, ready: object): RedactPattern | RegExp {
  if (pattern instanceof RegExp) return pattern
  if (typeof pattern === 'string' && Object.hasOwn(ready, pattern)) return pattern as RedactPattern
  const names = Object.keys(ready).join(', ')
  throw invalidOption(pattern, { ...WHERE, option: 'redact.patterns' }, `regular expressions or of ${names}`)
}
