import type { InstrumentRules } from './instrument.js'

/** Warns once of each kind of thing, as a warning of the process. */
export function warner(): InstrumentRules['warn'] {
  const told = new Set<string>()
  return (kind, message) => {
    if (told.has(kind)) return
    told.add(kind)
    globalThis.process?.emitWarning?.(message, {
      type: 'MetricsWarning',
      code: `METRICS_${kind.toUpperCase()}`,
    })
  }
}
