const LONG = 'z'.repeat(1_023)

/** One and the same to a database that compares by its language, or without the blanks at the end, or cuts what is long. */
export const LOOK_ALIKES: readonly string[] = [
  ...['zoe', 'Zoe', 'zoe ', 'zo\u00eb', 'zoe\u0308'],
  ...[`${LONG}a`, `${LONG}b`],
]
