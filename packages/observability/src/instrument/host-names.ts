/** Hosts that have series of their own: there are as many as there are customers with a webhook. */
const MOST = 200
/** What `resilientFetch` names a breaker after: the host, behind the name of the client where it has one. */
const HOST = /^(?:(.*)\/)?([^/]*[.:][^/]*)$/s
/** @see OpenTelemetry semantic conventions: what is not among the known values */
const OTHER = '_OTHER'

/** Those that came first, for as long as the process runs: a series must not change its name. */
const own = /* @__PURE__ */ new Set<unknown>()

/** What a breaker is called in metrics: its name, unless that is a host of which there are too many; then that of the client. */
export function breakerLabel(name: unknown): unknown {
  if (own.has(name)) return name
  const [, client = '', host] = partsOf(name)
  if (host === undefined) return name
  if (own.size >= MOST) return client || OTHER
  own.add(name)
  return name
}

/** The host that a breaker is of; nothing, where its name is no host. */
export function breakerHost(name: unknown): string | undefined {
  return partsOf(name)[2]?.replace(/:\d+$/, '')
}

function partsOf(name: unknown): readonly (string | undefined)[] {
  return (typeof name === 'string' && HOST.exec(name)) || []
}
