/** What a package may depend on at run time. */
export interface Layer {
  /** Packages of this repository, by their name without `@base/`. */
  readonly base: readonly string[]
  /** Packages from elsewhere. */
  readonly external: readonly string[]
  /** Whether peers are legal; what only one subpath needs is an optional peer. */
  readonly peers: boolean
}

/** Stands on core alone. So does a new package, until it gets its place below. */
const capability: Layer = { base: ['core'], external: [], peers: true }

/** The house, where it differs from that: arrows point down only. */
const layers: Readonly<Record<string, Layer>> = {
  core: { base: [], external: [], peers: false },
  application: { base: ['core', 'domain'], external: [], peers: true },
  auth: { ...capability, external: ['jose'] },
  observability: { ...capability, external: ['pino', '@opentelemetry/api'] },
  create: { base: [], external: ['@clack/prompts'], peers: false },
  http: { base: ['core', 'domain'], external: ['structured-headers'], peers: true },
}

/** Adapters that stand on more than core. */
const adapters: Readonly<Record<string, Layer>> = {
  drizzle: { ...capability, base: ['core', 'domain'] },
}

/** The range in which an adapter takes the packages whose ports it implements. */
export const ADAPTER_PEER_RANGE = '>=0.1.0 <2'

/** Whether a package, by its path from the root, is an adapter. */
export function isAdapter(path: string): boolean {
  return path.startsWith('packages/adapters/')
}

/** The layer of a package, by its path from the root. */
export function layerOf(path: string): Layer {
  const name = path.split('/').at(-1) ?? ''
  return isAdapter(path) ? (adapters[name] ?? capability) : (layers[name] ?? capability)
}
