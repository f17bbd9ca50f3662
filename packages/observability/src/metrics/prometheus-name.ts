import type { MetricKind } from './family.js'

/** The words that Prometheus wants for units. @see OpenTelemetry specification, "Prometheus and OpenMetrics compatibility" */
const WORDS: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([
  ['d', 'days'],
  ['h', 'hours'],
  ['min', 'minutes'],
  ['s', 'seconds'],
  ['ms', 'milliseconds'],
  ['us', 'microseconds'],
  ['ns', 'nanoseconds'],
  ['By', 'bytes'],
  ['KiBy', 'kibibytes'],
  ['MiBy', 'mebibytes'],
  ['GiBy', 'gibibytes'],
  ['TiBy', 'tibibytes'],
  ['KBy', 'kilobytes'],
  ['MBy', 'megabytes'],
  ['GBy', 'gigabytes'],
  ['TBy', 'terabytes'],
  ['m', 'meters'],
  ['V', 'volts'],
  ['A', 'amperes'],
  ['J', 'joules'],
  ['W', 'watts'],
  ['g', 'grams'],
  ['Cel', 'celsius'],
  ['Hz', 'hertz'],
  ['%', 'percent'],
])

const PER: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([
  ['s', 'second'],
  ['min', 'minute'],
  ['h', 'hour'],
  ['d', 'day'],
  ['wk', 'week'],
  ['mo', 'month'],
  ['y', 'year'],
])

/** The family of a name and a unit, without `_total`, and the word of the unit that it ends with. */
export function prometheusName(
  name: string,
  unit: string,
  kind: MetricKind,
): { readonly family: string; readonly unitWord: string } {
  const legal = legalName(name).replace(/_+$/, '')
  const base = kind === 'counter' && legal.endsWith('_total') ? legal.slice(0, -'_total'.length) : legal
  const unitWord = wordOf(unit, kind)
  // OpenMetrics wants the word of a unit behind an underscore; a name that is nothing else keeps it to itself.
  if (unitWord === '' || base === unitWord) return { family: base, unitWord: '' }
  return { family: base.endsWith(`_${unitWord}`) ? base : `${base}_${unitWord}`, unitWord }
}

/** The name of an attribute as that of a label; `le` and `quantile` say what part of a histogram or summary a sample is. */
export function labelName(name: string): string {
  const legal = legalName(name).replaceAll(':', '_')
  return legal === 'le' || legal === 'quantile' ? `exported_${legal}` : legal
}

function legalName(name: string): string {
  const legal = name.replace(/[^a-zA-Z0-9:]+/g, '_').replace(/__+/g, '_')
  return /^[0-9]/.test(legal) || legal === '' ? `_${legal}` : legal
}

function wordOf(unit: string, kind: MetricKind): string {
  const [of = '', per] = unit.replace(/\{[^}]*\}/g, '').split('/')
  if (per !== undefined && per !== '') {
    const word = of === '' || of === '1' ? '' : `${legalUnit(WORDS.get(of) ?? of)}_`
    return `${word}per_${legalUnit(PER.get(per) ?? per)}`
  }
  if (of === '1') return kind === 'gauge' ? 'ratio' : ''
  return legalUnit(WORDS.get(of) ?? of)
}

function legalUnit(word: string): string {
  return word.replace(/[^a-zA-Z0-9]+/g, '_').replace(/^_+|_+$/g, '')
}
