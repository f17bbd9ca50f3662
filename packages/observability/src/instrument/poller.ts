import { type ReadDiagnosticsSource, readDiagnosticsSources } from '@base/core/diagnostics'
import type { Metrics } from '../metrics/metrics.js'
import type { Observation } from '../metrics/observable.js'
import { SOURCES } from './catalogue.js'
import type { PolledMetric, PolledSeries, SourceRule } from './source-rule.js'

/** The series of a metric, by their attributes. */
type Series = Map<string, { readonly attributes: Record<string, string>; value: number }>

/**
 * Reads what the sources have counted, whenever metrics are read. Sources of one name are added up. What one has counted stays
 * counted when it is gone or begins anew: a counter never goes back.
 */
export class Poller {
  isActive = false
  /** What each source had counted when it was last read, by metric and field. */
  readonly #counted = new WeakMap<object, Map<string, number>>()
  #read: ReadonlyMap<string, ReadDiagnosticsSource[]> | undefined

  /** @throws InvalidOptionError where another instrument has one of the names. */
  constructor(metrics: Metrics) {
    for (const rule of SOURCES) {
      for (const metric of rule.metrics) {
        const { name, kind, unit, description } = metric
        metrics.observe(name, this.#observer(rule, metric), { kind, unit, description })
      }
    }
  }

  #observer({ source, nameOf }: SourceRule, metric: PolledMetric): () => readonly Observation[] {
    const totals: Series = new Map()
    return () => {
      if (!this.isActive) return []
      const series: Series = metric.kind === 'counter' ? totals : new Map()
      for (const read of this.#readings().get(source) ?? []) {
        const name = read.reading['name']
        this.#add(read, nameOf === undefined ? name : nameOf(name, read.reading), metric, series)
      }
      return [...series.values()]
    }
  }

  #add(
    { source, reading }: ReadDiagnosticsSource,
    owner: unknown,
    { name, kind, series }: PolledMetric,
    into: Series,
  ): void {
    for (const one of series) {
      const value = numberOf(reading[one.field], one)
      if (value === undefined) continue
      const attributes = {
        ...(typeof owner === 'string' && { 'base.name': owner.slice(0, 128) }),
        ...one.attributes,
      }
      const key = JSON.stringify(attributes)
      const found = into.get(key) ?? { attributes, value: 0 }
      found.value += kind === 'counter' ? this.#growth(source, `${name} ${key}`, value) : value
      into.set(key, found)
    }
  }

  #growth(source: object, key: string, value: number): number {
    const counted = this.#counted.get(source) ?? new Map<string, number>()
    this.#counted.set(source, counted)
    const before = counted.get(key) ?? 0
    counted.set(key, value)
    return value >= before ? value - before : value
  }

  /** Once for all metrics that are read in one go. */
  #readings(): ReadonlyMap<string, ReadDiagnosticsSource[]> {
    if (this.#read === undefined) {
      this.#read = readDiagnosticsSources()
      queueMicrotask(() => {
        this.#read = undefined
      })
    }
    return this.#read
  }
}

function numberOf(value: string | number | undefined, { equals }: PolledSeries): number | undefined {
  if (value === undefined) return undefined
  if (equals !== undefined) return value === equals ? 1 : 0
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}
