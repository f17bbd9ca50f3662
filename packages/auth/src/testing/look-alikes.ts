/** As long as a name may be, but for a byte; no database can compress it, and its indexes must hold it all the same. */
const LONG = scattered(1_023)

/** One and the same to a database that compares by its language, or without the blanks at the end, or cuts what is long. */
export const LOOK_ALIKES: readonly string[] = [
  ...['zoe', 'Zoe', 'zoe ', 'zo\u00eb', 'zoe\u0308'],
  ...[`${LONG}a`, `${LONG}b`],
]

/** So many letters in no order, always the same. */
function scattered(length: number): string {
  let state = 1
  const next = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return String.fromCharCode(33 + ((state >>> 16) % 94))
  }
  return Array.from({ length }, next).join('')
}
