import type { Metrics } from '../metrics/metrics.js'
import { CHANNELS } from './catalogue.js'
import { type InstrumentationOptions, readOptions, refuseTwice } from './instrumentation-options.js'
import { type Listener, listenerOf } from './listener.js'
import { Poller } from './poller.js'

/** An observable instrument cannot be taken back: it is made once, and silent while nobody wants it. */
const pollers = /* @__PURE__ */ new WeakMap<Metrics, Poller>()

/**
 * Makes metrics, spans and log lines of what every block of `@base` tells: of all diagnostics channels, and of the counters of
 * policies, caches and health checks, whenever they were made.
 *
 * Labels of metrics are names that you chose and words of closed sets. Keys, values, tokens and principals go nowhere; who a
 * security event is about (`user.id`), and what was thrown, go into log lines alone. Nothing here throws into what is observed: what
 * metrics, tracer or logger do not take is counted in `base.instrument.failures`. Where the runtime has no
 * `node:diagnostics_channel`, only counters are read.
 *
 * Returns what stops it; a second call of that does nothing.
 *
 * @example
 * const metrics = createMetrics()
 * const stop = instrument({ metrics })
 * stop()
 *
 * @throws InvalidOptionError naming the option, and for metrics that are instrumented already.
 */
export function instrument(options: InstrumentationOptions = {}): () => void {
  const sinks = readOptions(options)
  const listeners = new Map<string, Listener>()
  for (const rule of CHANNELS) {
    const listener = listenerOf(rule, sinks)
    if (listener !== undefined) listeners.set(rule.channel, listener)
  }
  // Last of what may throw, so that nothing is left half done.
  const poller = sinks.metrics && activate(sinks.metrics)
  const channels = globalThis.process?.getBuiltinModule?.('node:diagnostics_channel')
  for (const [name, listener] of listeners) channels?.subscribe(name, listener)
  let isStopped = false
  return () => {
    if (isStopped) return
    isStopped = true
    for (const [name, listener] of listeners) channels?.unsubscribe(name, listener)
    listeners.clear()
    if (poller !== undefined) poller.isActive = false
  }
}

function activate(metrics: Metrics): Poller {
  const poller = pollers.get(metrics) ?? new Poller(metrics)
  if (poller.isActive) refuseTwice(metrics)
  pollers.set(metrics, poller)
  poller.isActive = true
  return poller
}
