import { type Answer, countsOf, seconds } from './answers.ts'
import { growth } from './memory.ts'
import type { SoakReport } from './soak.ts'
import type { Window } from './windows.ts'

/** How many findings are told one by one. */
const MOST = 50
/** So many good answers in a row, none slower than usual, and all is as before. */
const IN_A_ROW = 20

/** What is told in the end. */
export function render({ windows, answers, outcome, errors, memory, findings }: SoakReport): string {
  const { asked, orders, ledger } = outcome
  const calm = answers.filter(
    ({ from, to }) => !windows.some((window) => window.from <= to && from <= window.to + 5_000),
  )
  const usual = percentile(calm.map(timeOf), 0.95)
  const refused = asked.filter(({ placed }) => placed.length === 0).length
  return [
    `faults: ${list(countsOf(windows.map(({ name }) => name)))}`,
    `orders: ${asked.length} asked for, ${refused} refused, ${orders.length} in the database: ${list(countsOf(orders.map(({ status }) => status)))}`,
    `payments: ${list(countsOf(ledger.map(({ type }) => type)))}`,
    `answers: ${answers.length}: ${list(countsOf(answers.map(({ outcome }) => outcome)))}`,
    `lines of errors: ${list(countsOf(errors)) || 'none'}`,
    `time in calm: p50 ${milliseconds(calm, 0.5)}, p95 ${milliseconds(calm, 0.95)}, p99 ${milliseconds(calm, 0.99)}`,
    'back to usual, after the end of each fault:',
    ...recoveries(windows, answers, usual),
    ...memory.map((each, n) => `memory of instance ${n}: ${growth(each)}`),
    `${findings.length || 'no'} findings`,
    ...findings.slice(0, MOST).map((finding) => `  ${finding}`),
  ].join('\n')
}

/** By kind of fault: half of them, and the slowest. */
function recoveries(windows: readonly Window[], answers: readonly Answer[], usual: number): string[] {
  const inOrder = answers.toSorted((a, b) => a.to - b.to)
  const kinds = Map.groupBy(windows, ({ name }) => name)
  return [...kinds].map(([name, own]) => {
    const took = own.map(({ to }) => recovery(inOrder, to, usual))
    return `  ${name}: median ${seconds(percentile(took, 0.5))}, slowest ${seconds(Math.max(...took))}`
  })
}

/** Other faults may come meanwhile, and count. */
function recovery(inOrder: readonly Answer[], end: number, usual: number): number {
  let inARow = 0
  for (const answer of inOrder) {
    if (answer.to < end) continue
    const isUsual = /^[24]/.test(answer.outcome) && timeOf(answer) <= 2 * usual
    inARow = isUsual ? inARow + 1 : 0
    if (inARow === IN_A_ROW) return answer.to - end
  }
  return 0
}

function timeOf({ from, to }: Answer): number {
  return to - from
}

function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(share * values.length)] ?? 0
}

function milliseconds(answers: readonly Answer[], share: number): string {
  return `${percentile(answers.map(timeOf), share).toFixed(0)} ms`
}

function list(counts: readonly [string, number][]): string {
  return counts.map(([what, times]) => `${what} ${times}`).join(', ')
}
