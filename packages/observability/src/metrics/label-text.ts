import type { Label } from './attributes.js'
import { labelName } from './prometheus-name.js'

/** By the labels themselves, which a series keeps: they are written once, not at each scrape. */
const WRITTEN: WeakMap<readonly Label[], string> = /* @__PURE__ */ new WeakMap()

/**
 * Labels as both formats write them, without braces, sorted. Attributes that become one label are joined by `;`. One without a value is
 * left out, for to Prometheus it is not there.
 *
 * @see OpenTelemetry specification, "Prometheus and OpenMetrics compatibility"
 */
export function labelText(labels: readonly Label[]): string {
  const known = WRITTEN.get(labels)
  if (known !== undefined) return known
  const text = write(labels)
  WRITTEN.set(labels, text)
  return text
}

function write(labels: readonly Label[]): string {
  const byName = new Map<string, string>()
  for (const [name, value] of labels) {
    if (value === '') continue
    const label = labelName(name)
    const other = byName.get(label)
    byName.set(label, other === undefined ? value : `${other};${value}`)
  }
  // Their order is that of the names as they were given, which others write otherwise.
  const sorted = [...byName].sort(([a], [b]) => (a < b ? -1 : 1))
  return sorted.map(([label, value]) => `${label}="${escapeLabel(value)}"`).join(',')
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
}
