/** What is needed of the report `json-summary` of istanbul. */
export interface CoverageSummary {
  readonly total: Readonly<Record<Measure, { readonly total: number; readonly covered: number }>>
}

type Measure = 'lines' | 'branches' | 'functions'

const MEASURES: readonly Measure[] = ['lines', 'branches', 'functions']
const NAME_WIDTH = 24
const WIDTH = 22

export const HEAD: string = [
  'package'.padEnd(NAME_WIDTH),
  ...MEASURES.map((name) => name.padStart(WIDTH)),
].join('')

/** A line of the table: `@base/core  99.2 % of 2918 …`. */
export function rowOf(name: string, { total }: CoverageSummary): string {
  const cells = MEASURES.map((measure) => cell(total[measure]).padStart(WIDTH))
  return [name.padEnd(NAME_WIDTH), ...cells].join('')
}

/** Rounded down, so that only all is 100 %. */
function cell({ total, covered }: { total: number; covered: number }): string {
  const percent = total === 0 ? 100 : Math.floor((1_000 * covered) / total) / 10
  return `${percent.toFixed(1)} % of ${total}`
}
