import { median } from '../bench/measure.ts'
import type { Run } from './run-shop.ts'

/** The middle of all rounds of a service. */
export interface Summary {
  readonly name: string
  readonly scenarios: Readonly<Record<string, ScenarioSummary>>
  /** Memory after the load, in bytes; after a collection of garbage. */
  readonly rss: number
  readonly rssAfterCollection: number
  /** From the start of the process to the first 200 of its readiness, in milliseconds. */
  readonly startTime: number
}

/** Medians of the rounds; see `Spell`. */
export interface ScenarioSummary {
  readonly requestsPerSecond: number
  readonly p50: number
  readonly p99: number
  readonly cpuPerRequest: number
}

const FIGURES = ['requestsPerSecond', 'p50', 'p99', 'cpuPerRequest'] as const

/** The order of a round: A B, then B A, so that nobody always comes first. */
export function inTurn<T>(contestants: readonly T[], round: number): readonly T[] {
  return round % 2 === 0 ? contestants : contestants.toReversed()
}

export function summarise(name: string, runs: readonly Run[], startTimes: readonly number[]): Summary {
  const [first] = runs
  const scenarios = Object.keys(first?.scenarios ?? {}).map((scenario) => {
    const spells = runs.flatMap((run) => run.scenarios[scenario] ?? [])
    const figures = FIGURES.map((figure) => [figure, median(spells.map((spell) => spell[figure]))])
    return [scenario, Object.fromEntries(figures) as ScenarioSummary] as const
  })
  return {
    name,
    scenarios: Object.fromEntries(scenarios),
    rss: median(runs.map(({ memory }) => memory.rss)),
    rssAfterCollection: median(runs.map(({ memory }) => memory.rssAfterCollection)),
    startTime: median(startTimes),
  }
}
