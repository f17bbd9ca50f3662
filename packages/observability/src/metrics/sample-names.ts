import { invalidOption } from '@base/core/options'
import type { MetricKind } from './family.js'
import { METRICS } from './instrument-options.js'

/** What stands behind the name of a family in the names of its samples. @see OpenMetrics 1.0, "MetricFamily" */
const SUFFIXES: Readonly<Record<MetricKind, readonly string[]>> = {
  counter: ['', '_total', '_created'],
  gauge: [''],
  histogram: ['', '_bucket', '_sum', '_count', '_created'],
}

/** The names of samples, and whose they are: no two families may share one. */
export class SampleNames {
  readonly #owners = new Map<string, string>()

  /** @throws InvalidOptionError where another instrument has one of them. */
  take(name: string, kind: MetricKind, family: string): void {
    const samples = SUFFIXES[kind].map((suffix) => family + suffix)
    for (const sample of samples) {
      const owner = this.#owners.get(sample)
      if (owner === undefined) continue
      const place = { ...METRICS, option: 'name' }
      throw invalidOption(name, place, `a name of its own: '${owner}' is '${sample}' in Prometheus as well`)
    }
    for (const sample of samples) this.#owners.set(sample, name)
  }
}
