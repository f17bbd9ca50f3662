/** The same text on its own, for what is remembered: a part of a text keeps the whole of it in memory. As fast to find as a literal. */
export function copyOf(text: string): string {
  // A key is kept once for all, and is compared by where it is.
  const own: Record<string, true> = Object.create(null)
  own[text] = true
  return Object.keys(own)[0] as string
}

/** Shorter ones are never kept as a part of another (V8, `SlicedString::kMinLength`). */
const SHORTEST_PART = 13

/** The same text, which keeps no other in memory; made faster than a copy, and found slower. */
export function ownText(text: string): string {
  // What is put together is no part of another, and of that it is nearly all.
  return text.length < SHORTEST_PART ? text : ` ${text}`.slice(1)
}
