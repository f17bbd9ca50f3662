import type { Catalogue, Channel, Field, Source } from './catalogue.ts'

const HEAD = `# Channels and metrics

What [\`instrument\`](instrument.md) makes of what blocks tell. Written from the code by \`pnpm docs:telemetry\`: change it there.

Names of metrics, attributes and events are those of OpenTelemetry; in Prometheus a dot is an underscore. A field is

- a **label**: on metrics, spans and log lines; of names that you chose, of the first 200 hosts that breakers of \`resilientFetch\` are named after, or of the words that are listed (any other is \`_OTHER\`),
- a **detail**: on spans and log lines,
- **in lines**: on log lines alone,
- or **nowhere**, and then it says why.

Of a channel at most 10 lines a second are written, unless it says otherwise. An error is \`error.type\` on metrics and spans (its code or name), and \`err\`, whole, on log lines.
`

/** The page of the documentation. */
export function renderCatalogue(catalogue: Catalogue): string {
  const packages = Map.groupBy(catalogue.CHANNELS, ({ channel }) => channel.split(':')[1] as string)
  const channels = [...packages].map(
    ([name, list]) =>
      `## @base/${name}\n\n${list.map((channel) => renderChannel(channel, catalogue)).join('\n\n')}`,
  )
  return `${[HEAD, ...channels, renderSources(catalogue)]
    .join('\n\n')
    .replace(/\n{3,}/g, '\n\n')
    .trimEnd()}\n`
}

function renderChannel(channel: Channel, catalogue: Catalogue): string {
  const { metric } = channel
  const kind = metric.duration === undefined ? 'counter' : 'histogram'
  const spans = spansOf(channel, catalogue)
  return [
    `### \`${channel.channel}\``,
    '',
    channel.when,
    '',
    `- Metric: \`${metric.name}\`, a ${kind} in \`${metric.unit}\`; in Prometheus \`${sampleName(metric, kind, catalogue)}\`. ${metric.description}.`,
    `- Line: ${levels(channel)}. Spans: ${spans}.`,
    ...fixed(channel),
    '',
    '| field | goes to | as | what it is |',
    '|---|---|---|---|',
    ...channel.fields.map(renderField),
  ].join('\n')
}

function spansOf({ channel, span }: Channel, { eventName }: Catalogue): string {
  if (span === 'event') return `the event \`${eventName(channel)}\``
  return span === 'none' ? 'nothing' : 'a span of its own, as long as it took'
}

function fixed({ attributes = {} }: Channel): string[] {
  const pairs = Object.entries(attributes).map(([name, value]) => `\`${name}="${value}"\``)
  return pairs.length === 0 ? [] : [`- Always: ${pairs.join(', ')}.`]
}

function levels({ log }: Channel): string {
  const others = Object.entries(log.levels?.by ?? {}).map(
    ([value, level]) => `\`${level}\` where \`${log.levels?.field}\` is \`${value}\``,
  )
  const each = log.perSecond === undefined ? [] : [`up to ${log.perSecond.toLocaleString('en')} a second`]
  return [`at \`${log.level}\``, ...others, ...each].join(', ')
}

const GOES: Readonly<Record<Field['use'], string>> = {
  label: 'label',
  detail: 'detail',
  log: 'in lines',
  error: 'label; whole in lines',
  hidden: 'nowhere',
}

function renderField({ field, use, attribute, meaning, values }: Field): string {
  const words = values === undefined ? '' : `: ${values.map((value) => `\`${value}\``).join(', ')}`
  return `| \`${field}\` | ${GOES[use]} | ${attribute === '' ? '' : `\`${attribute}\``} | ${meaning}${words} |`
}

function renderSources(catalogue: Catalogue): string {
  const rows = catalogue.SOURCES.flatMap((source) => renderSource(source, catalogue))
  return [
    '## What is read when metrics are',
    '',
    'These cost nothing between two scrapes. `base.name` is the name that you gave, of all but caches, which have none; sources of one name are added up.',
    '',
    '| metric | in Prometheus | kind | unit | labels | what it is |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
    `What metrics, tracer or logger do not take is counted in \`${catalogue.FAILURES.name}\`, by \`base.channel\`; in Prometheus \`${sampleName(catalogue.FAILURES, 'counter', catalogue)}\`.`,
  ].join('\n')
}

function renderSource({ metrics }: Source, catalogue: Catalogue): string[] {
  return metrics.map((metric) => {
    const { name, kind, unit, description, series } = metric
    const words = new Map<string, Set<string>>()
    for (const { attributes = {} } of series)
      for (const [key, value] of Object.entries(attributes))
        words.set(key, (words.get(key) ?? new Set()).add(value))
    const labels = [...words].map(
      ([key, values]) => `\`${key}\`: ${[...values].map((value) => `\`${value}\``).join(', ')}`,
    )
    return `| \`${name}\` | \`${sampleName(metric, kind, catalogue)}\` | ${kind} | \`${unit}\` | ${labels.join('; ')} | ${description} |`
  })
}

function sampleName(
  { name, unit }: { name: string; unit: string },
  kind: string,
  { prometheusName }: Catalogue,
): string {
  const { family } = prometheusName(name, unit, kind)
  return kind === 'counter' ? `${family}_total` : family
}
