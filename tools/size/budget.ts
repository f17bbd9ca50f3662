const BUDGET = /^(\d+(?:\.\d+)?) (B|kB)$/

/** Bytes of a budget: `900 B`, `2 kB`; a kB is 1,000 bytes. Throws a sentence for anything else. */
export function parseBudget(text: string): number {
  const [, amount, unit] = BUDGET.exec(text) ?? []
  if (amount === undefined)
    throw new Error(`A size is written as '2 kB' or '900 B', received ${JSON.stringify(text)}.`)
  return Math.round(Number(amount) * (unit === 'kB' ? 1000 : 1))
}

/** `1,234 B` */
export function formatBytes(bytes: number): string {
  return `${bytes.toLocaleString('en-US')} B`
}
