import { join } from 'node:path'
import { build } from 'esbuild'

/** A field of a message, as the code has it. */
export interface Field {
  readonly field: string
  readonly use: 'label' | 'detail' | 'log' | 'error' | 'hidden'
  readonly meaning: string
  readonly attribute: string
  readonly values?: readonly string[]
}

/** A metric, as the code has it. */
interface Metric {
  readonly name: string
  readonly unit: string
  readonly description: string
}

/** A channel, as the code has it. */
export interface Channel {
  readonly channel: string
  readonly when: string
  readonly fields: readonly Field[]
  readonly metric: Metric & { readonly duration?: string }
  readonly attributes?: Readonly<Record<string, string>>
  readonly log: {
    readonly level: string
    readonly levels?: { readonly field: string; readonly by: Readonly<Record<string, string>> }
    readonly perSecond?: number
  }
  readonly span: 'event' | 'none' | object
}

/** Objects that are read when somebody asks, as the code has them. */
export interface Source {
  readonly source: string
  readonly what: string
  readonly metrics: readonly (Metric & {
    readonly kind: 'counter' | 'gauge'
    readonly series: readonly { readonly attributes?: Readonly<Record<string, string>> }[]
  })[]
}

/** What `instrument` knows. */
export interface Catalogue {
  readonly CHANNELS: readonly Channel[]
  readonly SOURCES: readonly Source[]
  readonly FAILURES: Metric
  eventName(channel: string): string
  /** The name of the samples in Prometheus. */
  prometheusName(name: string, unit: string, kind: string): { readonly family: string }
}

const ENTRY = `
  export { CHANNELS, FAILURES, SOURCES } from './instrument/catalogue.js'
  export { eventName } from './instrument/channel-rule.js'
  export { prometheusName } from './metrics/prometheus-name.js'
`

/** Reads it from the sources, so that nothing need be built. */
export async function loadCatalogue(root: string): Promise<Catalogue> {
  const { outputFiles } = await build({
    stdin: { contents: ENTRY, resolveDir: join(root, 'packages/observability/src'), loader: 'ts' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    logLevel: 'silent',
  })
  const code = Buffer.from(outputFiles[0]?.contents ?? []).toString('base64')
  return (await import(`data:text/javascript;base64,${code}`)) as Catalogue
}
