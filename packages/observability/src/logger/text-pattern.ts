import type { KeyRules } from './key-rules.js'

/** What hides secrets of one kind. */
export interface TextPattern {
  /** Kinds of characters of which the secret has one at least. */
  readonly needs: number
  /** The secret is no shorter. */
  readonly minLength: number
  /** The text without the secrets; what is named is asked for by its name. */
  hide(text: string, censor: string, hides: KeyRules): string
}
