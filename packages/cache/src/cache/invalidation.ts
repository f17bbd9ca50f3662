import { Scope } from './scope.js'

/** What is not valid any more, by the names that the layers know. */
export interface Invalidation {
  readonly keys?: readonly string[]
  /** As `Scope.tagOf` made them. */
  readonly tags?: readonly string[]
  /** The path of a namespace, and what its keys match. */
  readonly patterns?: readonly (readonly [path: string, pattern: string])[]
  /** The paths of namespaces that are cleared, with those within them. */
  readonly cleared?: readonly string[]
}

/** So many names that could not be told are kept; beyond, everything in the namespace is invalid. */
const MOST = 10_000

/** Invalidations that are still to be told, as one. */
export class PendingInvalidation {
  readonly #path: string
  readonly #keys = new Set<string>()
  readonly #tags = new Set<string>()
  readonly #patterns = new Map<string, readonly [string, string]>()
  readonly #cleared = new Set<string>()

  /** `path` is that of the namespace which all of them are in. */
  constructor(path: string) {
    this.#path = path
  }

  get isEmpty(): boolean {
    return this.#size === 0
  }

  get #size(): number {
    return this.#keys.size + this.#tags.size + this.#patterns.size + this.#cleared.size
  }

  add({ keys = [], tags = [], patterns = [], cleared = [] }: Invalidation): void {
    for (const key of keys) this.#keys.add(key)
    for (const tag of tags) this.#tags.add(tag)
    for (const pattern of patterns) this.#patterns.set(pattern.join('::'), pattern)
    for (const path of cleared) this.#cleared.add(path)
  }

  /** The same for what could not be told, which may become too much to be kept: then everything in the namespace is invalid. */
  keep(invalidation: Invalidation): void {
    this.add(invalidation)
    if (this.#size <= MOST) return
    this.take()
    this.#cleared.add(this.#path)
  }

  /** All of it; it is empty from now on. */
  take(): Required<Invalidation> {
    const all = {
      keys: [...this.#keys],
      tags: [...this.#tags],
      patterns: [...this.#patterns.values()],
      cleared: [...this.#cleared],
    }
    for (const part of [this.#keys, this.#tags, this.#patterns, this.#cleared]) part.clear()
    return all
  }
}

/** Whether a key, with tags, is invalid by it, apart from the keys that it names: of those there may be very many. */
export function covers(
  invalidation: Omit<Invalidation, 'keys'>,
  key: string,
  tags: readonly string[],
): boolean {
  return (
    invalidation.tags?.some((tag) => tags.includes(tag)) === true ||
    invalidation.patterns?.some(([path, pattern]) => new Scope(path).matches(pattern, key)) === true ||
    invalidation.cleared?.some((path) => new Scope(path).holds(key)) === true
  )
}
