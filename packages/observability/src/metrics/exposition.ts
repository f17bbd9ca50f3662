import type { Exemplar, HistogramPoint, MetricFamily, NumberPoint } from './family.js'
import { goFloat } from './go-float.js'
import { labelText } from './label-text.js'

/** The formats that Prometheus reads. */
export type Format = 'text' | 'openmetrics'

/**
 * The families in a format of Prometheus; those without a series are left out.
 *
 * @see Prometheus documentation, "Exposition formats"; OpenMetrics 1.0
 */
export function expose(families: readonly MetricFamily[], format: Format): string {
  let text = ''
  for (const family of families) if (family.points.length > 0) text += familyText(family, format)
  return format === 'openmetrics' ? `${text}# EOF\n` : text
}

function familyText(metric: MetricFamily, format: Format): string {
  const { kind, family } = metric
  const isOpen = format === 'openmetrics'
  let text = headText(metric, isOpen)
  if (kind === 'histogram') {
    const bounds = boundTexts(isOpen)
    for (const point of metric.points) text += histogramText(family, point, bounds, isOpen)
    return text
  }
  const sample = kind === 'counter' ? `${family}_total` : family
  for (const point of metric.points) text += numberText(sample, point, isOpen)
  return text
}

/** The text of 0.0.4 calls the family of a counter by the name of its samples. */
function headText({ kind, family, unitWord, description }: MetricFamily, isOpen: boolean): string {
  const name = kind === 'counter' && !isOpen ? `${family}_total` : family
  let text = `# TYPE ${name} ${kind}\n`
  if (isOpen && unitWord !== '') text += `# UNIT ${name} ${unitWord}\n`
  if (description !== '') text += `# HELP ${name} ${escapeHelp(description, isOpen)}\n`
  return text
}

function numberText(sample: string, { labels, value, exemplar }: NumberPoint, isOpen: boolean): string {
  const text = labelText(labels)
  const name = text === '' ? sample : `${sample}{${text}}`
  return `${name} ${numeral(value)}${isOpen ? exemplarText(exemplar) : ''}\n`
}

function histogramText(
  family: string,
  { labels, sum, buckets }: HistogramPoint,
  boundText: (bound: number) => string,
  isOpen: boolean,
): string {
  const own = labelText(labels)
  const before = own === '' ? '' : `${own},`
  const braces = own === '' ? '' : `{${own}}`
  let count = 0
  let text = ''
  for (const bucket of buckets) {
    count += bucket.count
    const exemplar = isOpen ? exemplarText(bucket.exemplar) : ''
    text += `${family}_bucket{${before}le="${boundText(bucket.bound)}"} ${count}${exemplar}\n`
  }
  return `${text}${family}_sum${braces} ${numeral(sum)}\n${family}_count${braces} ${count}\n`
}

/** All series of a family have the same bounds: each is written once. */
function boundTexts(isOpen: boolean): (bound: number) => string {
  const written = new Map<number, string>([[Number.POSITIVE_INFINITY, '+Inf']])
  return (bound) => {
    let text = written.get(bound)
    if (text === undefined) {
      text = goFloat(bound, isOpen)
      written.set(bound, text)
    }
    return text
  }
}

function exemplarText(exemplar: Exemplar | undefined): string {
  if (exemplar === undefined) return ''
  const { traceId, spanId, value, time } = exemplar
  return ` # {trace_id="${traceId}",span_id="${spanId}"} ${numeral(value)} ${time / 1_000}`
}

function numeral(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value)
}

function escapeHelp(text: string, isOpen: boolean): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
  return isOpen ? escaped.replaceAll('"', '\\"') : escaped
}
