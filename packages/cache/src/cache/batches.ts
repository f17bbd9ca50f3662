/** So many names or entries go to a store at once: each call has a limit of its own, for nobody knows how many there are. */
export const BATCH = 500

/** The items in their order, so many at a time; nothing of none. */
export function batchesOf<T>(items: readonly T[]): (readonly T[])[] {
  if (items.length <= BATCH) return items.length === 0 ? [] : [items]
  const count = Math.ceil(items.length / BATCH)
  return Array.from({ length: count }, (_, index) => items.slice(index * BATCH, (index + 1) * BATCH))
}
