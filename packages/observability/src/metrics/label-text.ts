import type { Label } from './attributes.js'
import type { MetricKind } from './family.js'
import { labelName } from './prometheus-name.js'

/** By the labels themselves, which a series keeps: they are written once, not at each scrape. */
const WRITTEN = { number: new WeakMap<object, string>(), histogram: new WeakMap<object, string>() }

/**
 * Labels as both formats write them, without braces. Attributes that become one label are joined by `;`. One without a value is
 * left out, for to Prometheus it is not there.
 *
 * @see OpenTelemetry specification, "Prometheus and OpenMetrics compatibility"
 */
export function labelText(labels: readonly Label[], kind: MetricKind): string {
  const written = kind === 'histogram' ? WRITTEN.histogram : WRITTEN.number
  const known = written.get(labels)
  if (known !== undefined) return known
  const text = write(labels, kind)
  written.set(labels, text)
  return text
}

function write(labels: readonly Label[], kind: MetricKind): string {
  const byName = new Map<string, string>()
  for (const [name, value] of labels) {
    if (value === '') continue
    const label = labelName(name, kind)
    const other = byName.get(label)
    byName.set(label, other === undefined ? value : `${other};${value}`)
  }
  return [...byName].map(([label, value]) => `${label}="${escapeLabel(value)}"`).join(',')
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
}
