/** What every `setTimeout` takes, in milliseconds: 24.8 days. What is due later is looked at again then. */
export const LONGEST_PAUSE: number = 2 ** 31 - 1
