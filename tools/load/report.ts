import type { Machine } from '../bench/machine.ts'
import { markdownTable } from '../bench/markdown-table.ts'
import type { ScenarioSummary, Summary } from './compare.ts'
import type { EffortName } from './effort.ts'
import type { LineCount } from './lines.ts'
import { SHARED } from './scope.ts'

/** A whole comparison, as it is kept. */
export interface LoadResult extends Machine {
  readonly effort: EffortName
  readonly connections: number
  readonly rounds: number
  /** Ours, then the peer's, as many and in the same order. */
  readonly summaries: readonly Summary[]
  /** Code by service and what it is for; the peer last. */
  readonly lines: Readonly<Record<string, Readonly<Record<string, LineCount>>>>
}

/** One figure of every service, and what is better. */
interface Row {
  readonly label: string
  readonly values: readonly number[]
  readonly format: (value: number) => string
  readonly better: 'more' | 'less'
}

const whole = (unit: string) => (value: number) => `${Math.round(value).toLocaleString('en-US')}${unit}`
const milliseconds = (value: number) => `${value.toFixed(value < 10 ? 2 : 1)} ms`
const megabytes = (value: number) => `${Math.round(value / 1e6)} MB`

/** The comparison as Markdown: a table for the load, one for the code. */
export function report(result: LoadResult): string {
  const names = result.summaries.map(({ name }) => name)
  const services = Object.keys(result.lines)
  return [
    markdownTable([['', ...names, ...verdictHead(names)], ...figureRows(result).map(cells)]),
    markdownTable([['lines of code', ...services, ...verdictHead(services)], ...lineRows(result).map(cells)]),
  ].join('\n\n')
}

function figureRows({ summaries }: LoadResult): Row[] {
  const of = (read: (summary: Summary) => number) => summaries.map(read)
  const scenarios = Object.keys(summaries[0]?.scenarios ?? {}).flatMap((name) => {
    const figure = (read: (scenario: ScenarioSummary) => number) =>
      of(({ scenarios }) => read(scenarios[name] as ScenarioSummary))
    return [
      {
        label: `**${name}**: requests/s`,
        values: figure((f) => f.requestsPerSecond),
        format: whole(''),
        better: 'more',
      },
      { label: 'p50', values: figure((f) => f.p50), format: milliseconds, better: 'less' },
      { label: 'p99', values: figure((f) => f.p99), format: milliseconds, better: 'less' },
      {
        label: 'CPU per request',
        values: figure((f) => f.cpuPerRequest),
        format: whole(' µs'),
        better: 'less',
      },
    ] satisfies Row[]
  })
  return [
    ...scenarios,
    {
      label: '**memory** (RSS) after the load',
      values: of(({ rss }) => rss),
      format: megabytes,
      better: 'less',
    },
    {
      label: 'after a collection',
      values: of((s) => s.rssAfterCollection),
      format: megabytes,
      better: 'less',
    },
    {
      label: '**start** to the first ready',
      values: of((s) => s.startTime),
      format: whole(' ms'),
      better: 'less',
    },
  ]
}

function lineRows({ lines }: LoadResult): Row[] {
  const services = Object.values(lines)
  const count = (part: string) => services.map((parts) => parts[part]?.lines ?? 0)
  const row = (label: string, values: readonly number[]): Row => ({
    label,
    values,
    format: whole(''),
    better: 'less',
  })
  const total = services.map((parts) => SHARED.reduce((sum, part) => sum + (parts[part]?.lines ?? 0), 0))
  return [...SHARED.map((part) => row(part, count(part))), row('**together**', total)]
}

/** The second half is who the first is compared with, one by one. */
function halves<T>(all: readonly T[]): readonly (readonly [ours: T, peer: T])[] {
  const half = all.length / 2
  return all.slice(0, half).map((ours, index) => [ours, all[half + index] as T] as const)
}

function verdictHead(names: readonly string[]): string[] {
  return halves(names).map(([ours, peer]) => `${ours} by ${peer}`)
}

function cells({ label, values, format, better }: Row): string[] {
  const verdicts = halves(values).map(([ours, peer]) => {
    const ratio = ours / peer
    const loses = better === 'more' ? ratio < 1 : ratio > 1
    return `×${ratio.toFixed(2)}${loses ? ' (worse)' : ''}`
  })
  return [label, ...values.map(format), ...verdicts]
}
