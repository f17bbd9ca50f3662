/** Whether a text has no lone surrogate, and so the same UTF-8 as no other; in constant time for most texts, unlike a pattern. */
export function isWellFormed(text: string): boolean {
  // Node has had it since version 20, the types of ES2022 do not know it.
  return (text as string & { isWellFormed(): boolean }).isWellFormed()
}
