/**
 * A map in the order in which its keys were last set, that finds the oldest at once. A Map finds its first one by passing all that
 * were deleted before it, which takes longer the more there were.
 */
export class AgedMap<K, V> extends Map<K, V> {
  /** Is past those that are gone. */
  #walk: MapIterator<[K, V]> | undefined
  /** Where the walk stands; `undefined` where that one is gone. */
  #oldest: readonly [K, V] | undefined
  #setSince = 0
  readonly #most: number

  /** Drops the oldest where there are more than so many. */
  constructor(most: number = Number.POSITIVE_INFINITY) {
    super()
    this.#most = most
  }

  override set(key: K, value: V): this {
    this.delete(key)
    super.set(key, value)
    // A walk holds on to all tables that the map has outgrown since it began.
    if (++this.#setSince > this.size) this.#endWalk()
    if (this.size > this.#most) this.deleteOldest()
    return this
  }

  override delete(key: K): boolean {
    if (this.#oldest !== undefined && this.#oldest[0] === key) this.#oldest = undefined
    return super.delete(key)
  }

  override clear(): void {
    super.clear()
    this.#endWalk()
  }

  /** What was set longest ago. */
  get oldest(): readonly [K, V] | undefined {
    if (this.#oldest !== undefined) return this.#oldest
    this.#walk ??= this.entries()
    this.#oldest = this.#walk.next().value
    // One that is over does not see what is set later.
    if (this.#oldest === undefined) this.#walk = undefined
    return this.#oldest
  }

  deleteOldest(): void {
    if (this.oldest !== undefined) this.delete(this.oldest[0])
  }

  #endWalk(): void {
    this.#walk = undefined
    this.#oldest = undefined
    this.#setSince = 0
  }
}
