import { meaning, type Savings } from './savings.ts'
import type { Figures } from './simulate.ts'
import type { Row } from './tally.ts'

const HEADER = ['server', 'calls', 'fresh', 'stale', 'failed', 'p95'] as const

/** The phases, a line each, and all of them together. */
export function phaseTable({ rows, total }: Figures): string[] {
  return [line(HEADER), ...rows.map(phaseLine), phaseLine(total)]
}

export function phaseLine({ phase, calls, fresh, stale, failed, p95 }: Row): string {
  return line([phase, calls, fresh, stale, failed, `${p95} ms`])
}

/** What each policy was good for, a line each. */
export function savingsTable(savings: Savings): string[] {
  return [
    ' saved  by',
    ...meaning.map(
      ([policy, name, what]) => `${String(savings[policy]).padStart(6)}  ${name.padEnd(14)} ${what}`,
    ),
  ]
}

/** What became of the same calls with and without the policies. */
export function comparison(withThem: Figures, without: Figures): string[] {
  const row = (name: string, { total: { calls, fresh, stale, p95 }, book }: Figures) =>
    cells(name, [share(fresh + stale, calls), share(fresh, calls), `${p95} ms`, book.received])
  return [
    cells('', ['a price', 'a fresh one', '95 % within', 'requests sent']),
    row('with the policies', withThem),
    row('without any of them', without),
  ]
}

function share(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} %`
}

function cells(name: string, values: readonly (string | number)[]): string {
  return name.padEnd(19) + values.map((value) => String(value).padStart(15)).join('')
}

function line([first, ...cells]: readonly (string | number)[]): string {
  return `${String(first).padEnd(10)}${cells.map((cell) => String(cell).padStart(9)).join('')}`.trimEnd()
}
