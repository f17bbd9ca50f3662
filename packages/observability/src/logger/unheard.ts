/** What code of the user gave; where that is a promise, for which nobody waits, its rejection ends no process. */
export function unheard<T>(given: T): T {
  if (given instanceof Promise) given.catch(() => {})
  return given
}
