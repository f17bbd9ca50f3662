import { markdownTable } from './markdown-table.ts'
import type { Figure } from './measure.ts'

/**
 * A Markdown table, a row per workload and a column per contestant: `9.3 ns (+4.1 ns) ×1.00`. In brackets is what it adds
 * to the floor, where there is one. The ratio is the contestant's time by ours: above 1 it is slower than ours. A
 * contestant that has no such form is shown as `–`.
 */
export function table(workloads: ReadonlyMap<string, readonly Figure[]>, ours: string): string {
  const found = new Set([...workloads.values()].flatMap((figures) => figures.map(({ name }) => name)))
  const names = [...found].filter((name) => name !== FLOOR && name !== ours)
  const columns = [...(found.has(FLOOR) ? [FLOOR] : []), ours, ...names]
  const rows = [...workloads].map(([workload, figures]) => [
    workload,
    ...columns.map((column) =>
      cell(
        figures.find(({ name }) => name === column),
        ours,
        figures.find(({ name }) => name === FLOOR),
      ),
    ),
  ])
  return markdownTable([['', ...columns], ...rows])
}

/** The name of the bare call in the table. */
export const FLOOR = 'floor'

function cell(figure: Figure | undefined, ours: string, floor: Figure | undefined): string {
  if (figure === undefined) return '–'
  const time = duration(figure.nanoseconds)
  if (figure.name === FLOOR) return time
  const total = floor === undefined ? time : `${time} (${added(figure.nanoseconds - floor.nanoseconds)})`
  return figure.name === ours ? total : `${total} ×${figure.ratio.toFixed(2)}`
}

/** Noise may make it less than nothing. */
function added(nanoseconds: number): string {
  return `${nanoseconds < 0 ? '-' : '+'}${duration(Math.abs(nanoseconds))}`
}

function duration(nanoseconds: number): string {
  if (nanoseconds < 1e3) return `${nanoseconds.toPrecision(3)} ns`
  if (nanoseconds < 1e6) return `${(nanoseconds / 1e3).toPrecision(3)} µs`
  return `${(nanoseconds / 1e6).toPrecision(3)} ms`
}
