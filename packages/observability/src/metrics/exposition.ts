import type { Label } from './attributes.js'
import type { Exemplar, HistogramPoint, MetricFamily, NumberPoint } from './family.js'
import { goFloat } from './go-float.js'
import { labelName } from './prometheus-name.js'

/** The formats that Prometheus reads. */
export type Format = 'text' | 'openmetrics'

/**
 * The families in a format of Prometheus; those without a series are left out.
 *
 * @see Prometheus documentation, "Exposition formats"; OpenMetrics 1.0
 */
export function expose(families: readonly MetricFamily[], format: Format): string {
  const parts = families.filter(({ points }) => points.length > 0).map((family) => familyText(family, format))
  if (format === 'openmetrics') parts.push('# EOF\n')
  return parts.join('')
}

function familyText(metric: MetricFamily, format: Format): string {
  const { kind, family, unitWord, description } = metric
  const isOpen = format === 'openmetrics'
  const name = kind === 'counter' && !isOpen ? `${family}_total` : family
  let text = `# TYPE ${name} ${kind}\n`
  if (isOpen && unitWord !== '') text += `# UNIT ${name} ${unitWord}\n`
  if (description !== '') text += `# HELP ${name} ${escapeHelp(description, isOpen)}\n`
  if (metric.kind === 'histogram')
    return text + metric.points.map((point) => histogramText(family, point, isOpen)).join('')
  const sample = kind === 'counter' ? `${family}_total` : family
  return text + metric.points.map((point) => numberText(sample, metric.kind, point, isOpen)).join('')
}

function numberText(
  sample: string,
  kind: 'counter' | 'gauge',
  { labels, value, exemplar }: NumberPoint,
  isOpen: boolean,
): string {
  const text = labelText(labels, kind)
  const name = text === '' ? sample : `${sample}{${text}}`
  return `${name} ${numeral(value)}${isOpen ? exemplarText(exemplar) : ''}\n`
}

function histogramText(family: string, { labels, sum, buckets }: HistogramPoint, isOpen: boolean): string {
  const own = labelText(labels, 'histogram')
  const before = own === '' ? '' : `${own},`
  const braces = own === '' ? '' : `{${own}}`
  let count = 0
  let text = ''
  for (const bucket of buckets) {
    count += bucket.count
    const le = bucket.bound === Number.POSITIVE_INFINITY ? '+Inf' : goFloat(bucket.bound, isOpen)
    const exemplar = isOpen ? exemplarText(bucket.exemplar) : ''
    text += `${family}_bucket{${before}le="${le}"} ${count}${exemplar}\n`
  }
  return `${text}${family}_sum${braces} ${numeral(sum)}\n${family}_count${braces} ${count}\n`
}

/** Attributes that become one label are joined. */
function labelText(labels: readonly Label[], kind: MetricFamily['kind']): string {
  const byName = new Map<string, string>()
  for (const [name, value] of labels) {
    const label = labelName(name, kind)
    const other = byName.get(label)
    byName.set(label, other === undefined ? value : `${other};${value}`)
  }
  return [...byName].map(([label, value]) => `${label}="${escapeLabel(value)}"`).join(',')
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

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
}
