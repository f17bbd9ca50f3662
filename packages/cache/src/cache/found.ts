/** An entry that was found in a layer; times are on the monotonic clock. */
export interface Found {
  /** As `isolate` made it. */
  readonly held: unknown
  readonly freshUntil: number
  /** It comes from a clock that is not trusted, so that it seems to end at each read, and is newer than nothing. */
  readonly isUndated?: boolean
  readonly goneAt: number
  /** As the layers know them, without the marks of clearings. */
  readonly tags: readonly string[]
  /** How long it is fresh in all, as far as is known. */
  readonly life: number
  /** How long its load took, 0 where nobody knows. */
  readonly loadTime: number
  /** From when on the layers below have to be asked whether it is still valid, where it comes from memory. */
  readonly checkAt?: number
}

/** What a load that begins now is written with. */
export interface Beginning {
  /** Into the memory layer. */
  readonly since: number
  /** Into each lower layer; `undefined` for one that cannot be asked. */
  readonly versions: readonly (bigint | undefined)[]
}

/** What the lower layers know of some keys. */
export interface Lookup extends Beginning {
  /** In the order of the keys. */
  readonly found: readonly (Found | undefined)[]
}

/** Whether one was made after another, as far as is known: it may end before that all the same. */
export function isMadeAfter(a: Found, b: Found): boolean {
  return a.isUndated !== true && a.life > 0 && a.freshUntil - a.life > b.freshUntil - b.life
}

/** The one that ends later. */
export function better(a: Found | undefined, b: Found | undefined): Found | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return b.freshUntil > a.freshUntil ? b : a
}
