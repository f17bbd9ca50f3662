import { invalidOption } from '@base/core/options'

/** Where options of instruments are checked. */
export const METRICS = { package: '@base/observability', pattern: 'Metrics' } as const

/** Options of every instrument. */
export interface InstrumentOptions {
  /** What it counts, for people. @defaultValue none */
  readonly description?: string | undefined
  /** In UCUM: `'s'`, `'By'`, `'{request}'`, `'1'`. Prometheus gets it as a word at the end of the name. @defaultValue none */
  readonly unit?: string | undefined
}

/** Options of a histogram. */
export interface HistogramOptions extends InstrumentOptions {
  /**
   * The upper bounds of the buckets, 1 to 200 finite numbers from 0 in ascending order; above the last there is one more.
   * @defaultValue those that OpenTelemetry gives to durations in seconds: 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10
   */
  readonly buckets?: readonly number[] | undefined
}

/** Options of an observable instrument. */
export interface ObserveOptions extends InstrumentOptions {
  /** Whether the value may go down; a counter must not. @defaultValue 'gauge' */
  readonly kind?: 'counter' | 'gauge' | undefined
}

/** @see OpenTelemetry semantic conventions, "HTTP metrics" */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

/** @see OpenTelemetry specification, "Instrument name syntax" */
export function checkName(name: unknown, option = 'name'): string {
  if (typeof name === 'string' && /^[a-zA-Z][\w.\-/]{0,254}$/.test(name)) return name
  throw invalidOption(name, { ...METRICS, option }, 'a letter and up to 254 letters, digits or ._-/')
}

export function checkUnit(unit: unknown = ''): string {
  if (typeof unit === 'string' && /^[\x20-\x7e]{0,63}$/.test(unit)) return unit
  throw invalidOption(unit, { ...METRICS, option: 'unit' }, 'at most 63 ASCII characters')
}

export function checkDescription(description: unknown = ''): string {
  if (typeof description === 'string') return description
  throw invalidOption(description, { ...METRICS, option: 'description' }, 'a text')
}

export function checkBuckets(buckets: unknown = SECONDS): readonly number[] {
  const place = { ...METRICS, option: 'buckets' }
  if (!Array.isArray(buckets) || buckets.length === 0 || buckets.length > 200)
    throw invalidOption(buckets, place, 'an array of 1 to 200 numbers')
  for (const [index, bound] of buckets.entries()) {
    const isAbove = index === 0 ? bound >= 0 : bound > buckets[index - 1]
    if (!Number.isFinite(bound) || !isAbove)
      throw invalidOption(buckets, place, 'finite numbers from 0 in ascending order')
  }
  return [...buckets]
}
