/** Knows passwords that must not be used. */
export interface Blocklist {
  /** Whether a password, normalised, is on it. */
  has(password: string): boolean | PromiseLike<boolean>
}

/** How much may follow a common password until it is one of its own. */
const LONGEST_SUFFIX = 4

/**
 * The list that comes with this package, of about 3,700 passwords: the 3,000 most frequent of 8 characters and more in leaks,
 * more long ones, and the most frequent short ones. It is imported at the first use, and where that fails, at the next.
 *
 * Blocks a password that is on it whatever its case, one that is on it but for up to 4 digits or symbols at its end, one that
 * repeats such a text, and a single sequence or character however long.
 *
 * @example
 * await commonPasswords().has('Password123!') // true
 *
 * @see NIST SP 800-63B-4, section 3.1.1.2; OWASP ASVS 5.0, 6.2.4
 */
export function commonPasswords(): Blocklist {
  return { has: async (password) => isCommon(password, await load()) }
}

let loading: Promise<ReadonlySet<string>> | undefined

function load(): Promise<ReadonlySet<string>> {
  loading ??= import('./common-passwords.js').then(
    ({ COMMON_PASSWORDS }) => new Set(COMMON_PASSWORDS.split(/\s+/)),
    (error: unknown) => {
      // Whatever kept it away may have passed by the next use.
      loading = undefined
      throw error
    },
  )
  return loading
}

function isCommon(password: string, list: ReadonlySet<string>): boolean {
  const folded = password.toLowerCase()
  const unit = unitOf(folded)
  return isSequence(unit) || [folded, unit].some((text) => formsOf(text).some((form) => list.has(form)))
}

/** A text, and what it is without up to so many digits or symbols at its end. */
function formsOf(text: string): readonly string[] {
  const forms = [text]
  const characters = [...text]
  for (let cut = 1; cut <= LONGEST_SUFFIX && /[^\p{L}]/u.test(characters.pop() ?? 'a'); cut++)
    forms.push(characters.join(''))
  return forms
}

/** `abcabcabc` is `abc`, three times. The second place at which a text stands in itself, twice, tells how long the part is. */
function unitOf(text: string): string {
  return text.slice(0, (text + text).indexOf(text, 1))
}

/** Characters that follow each other, or one alone: `abcdefgh`, `87654321`, `a`. */
function isSequence(text: string): boolean {
  const steps = new Set<number>()
  const codes = Array.from(text, (character) => character.codePointAt(0) as number)
  for (let index = 1; index < codes.length && steps.size < 2; index++)
    steps.add((codes[index] as number) - (codes[index - 1] as number))
  const [step = 0] = steps
  return steps.size < 2 && Math.abs(step) <= 1
}
