import { invalidOption } from '@base/core/options'
import type { MetricKind } from './family.js'
import { METRICS } from './instrument-options.js'

/** What is the same wherever an instrument is asked for; what a caller leaves out is as it is there. */
export interface InstrumentShape {
  readonly unit?: string | undefined
  readonly buckets?: readonly number[] | undefined
}

/** @throws InvalidOptionError for another unit or other buckets than the instrument has: its numbers would mean something else. */
export function checkSame(name: string, known: InstrumentShape, asked: InstrumentShape): void {
  for (const option of ['unit', 'buckets'] as const) {
    const wanted = asked[option]
    const had = known[option]
    if (wanted === undefined || String(wanted) === String(had ?? '')) continue
    // Of an array an error shows the length alone.
    const received = typeof wanted === 'string' ? wanted : shown(wanted)
    throw invalidOption(received, { ...METRICS, option }, `${shown(had)}, as where '${name}' was made`)
  }
}

function shown(value: string | readonly number[] | undefined): string {
  if (typeof value === 'object') return `[${value.join(', ')}]`
  return value === undefined || value === '' ? 'left out' : `"${value}"`
}

/** @throws InvalidOptionError where the name has an instrument of another kind, or is observed. */
export function checkFree(name: string, kind: MetricKind | 'observed' | undefined): void {
  if (kind === undefined) return
  const what = kind === 'observed' ? 'is observed' : `is a ${kind}`
  throw invalidOption(name, { ...METRICS, option: 'name' }, `a name of its own: '${name}' ${what} already`)
}
