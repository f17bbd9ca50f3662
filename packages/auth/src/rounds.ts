/**
 * Goes through a map a few entries at a time, round after round; what is added meanwhile has its turn too. It goes on where it
 * stopped, for a Map finds its first entry by passing all that were deleted before it, which takes longer the more there were.
 */
export class Rounds<K, V> {
  readonly #map: ReadonlyMap<K, V>
  #round: Iterator<[K, V]> | undefined

  constructor(map: ReadonlyMap<K, V>) {
    this.#map = map
  }

  /** The next entry, after the last one the first again; `undefined` where there is none. */
  next(): readonly [K, V] | undefined {
    const found = this.#round?.next()
    if (found?.done === false) return found.value
    this.#round = this.#map.entries()
    const { done, value } = this.#round.next()
    // One that is over does not see what is added later.
    if (done === true) this.#round = undefined
    return done === true ? undefined : value
  }
}
