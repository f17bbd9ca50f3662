/**
 * Things that are taken as equal while the rest of them is compared. What equals the same is equal, so that two rings of m
 * and n things are compared in m + n steps, and not in m × n.
 *
 * @see Hopcroft and Karp, A Linear Algorithm for Testing Equivalence of Finite Automata (1971)
 */
export class TakenAsEqual {
  readonly #parents = new Map<object, object>()
  readonly #sizes = new Map<object, number>()
  readonly #joined: object[] = []

  /** Takes two as equal; `false` where they were already. */
  take(a: object, b: object): boolean {
    const one = this.#rootOf(a)
    const other = this.#rootOf(b)
    if (one === other) return false
    // The smaller below the larger, so that no way to a root is long.
    if (this.#sizeOf(one) < this.#sizeOf(other)) this.#join(one, other)
    else this.#join(other, one)
    return true
  }

  /** Whether a comparison holds; of one that does not, nothing stays taken. */
  attempt(compare: () => boolean): boolean {
    const before = this.#joined.length
    const holds = compare()
    if (!holds) while (this.#joined.length > before) this.#part(this.#joined.pop() as object)
    return holds
  }

  #rootOf(thing: object): object {
    let root = thing
    for (let next = this.#parents.get(root); next !== undefined; next = this.#parents.get(root)) root = next
    return root
  }

  #sizeOf(root: object): number {
    return this.#sizes.get(root) ?? 1
  }

  #join(child: object, parent: object): void {
    this.#sizes.set(parent, this.#sizeOf(parent) + this.#sizeOf(child))
    this.#parents.set(child, parent)
    this.#joined.push(child)
  }

  #part(child: object): void {
    const parent = this.#parents.get(child) as object
    this.#sizes.set(parent, this.#sizeOf(parent) - this.#sizeOf(child))
    this.#parents.delete(child)
  }
}
