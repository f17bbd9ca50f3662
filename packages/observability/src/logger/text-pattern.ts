/** What stands in place of what is hidden. */
export const CENSOR = '[Redacted]'

/** What hides secrets of one kind. */
export interface TextPattern {
  /** Kinds of characters of which the secret has one at least. */
  readonly needs: number
  /** The secret is no shorter. */
  readonly minLength: number
  /** The text without the secrets. */
  hide(text: string): string
}
