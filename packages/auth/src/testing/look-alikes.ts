/** One and the same to a database that compares by its language, or without the blanks at the end. */
export const LOOK_ALIKES: readonly string[] = ['zoe', 'Zoe', 'zoe ', 'zo\u00eb', 'zoe\u0308']
