import { OTHER } from './field-rule.js'

/** Hosts that have series of their own: there are as many as there are customers with a webhook. */
const MOST = 200

/** Those that came first, for as long as the process runs: a series must not change its name. */
const own = /* @__PURE__ */ new Set<unknown>()

interface NamedBreaker {
  readonly name?: unknown
  /** Of those of `resilientFetch`, which are named after it, behind the name of the client where that has one. */
  readonly host?: unknown
}

/** What a breaker is called in metrics: its name, unless it is of a host, of which there are too many; then that of the client. */
export function breakerLabel(name: unknown, { host }: NamedBreaker): unknown {
  if (typeof name !== 'string' || typeof host !== 'string' || own.has(name)) return name
  if (own.size >= MOST) return name.slice(0, -host.length - 1) || OTHER
  own.add(name)
  return name
}

/** A host without its port. */
export function hostName(host: unknown): unknown {
  return typeof host === 'string' ? host.replace(/:\d+$/, '') : undefined
}
