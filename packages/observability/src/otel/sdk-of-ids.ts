import { idTracerProvider } from './id-tracer.js'
import { register } from './register.js'
import type { Sdk } from './sdk.js'

/** What stands in the place of an SDK where nothing is sent: ids or not even these, and what came in is passed on. */
export function sdkOfIds({ spans, baggage }: { spans: boolean; baggage: boolean }): Sdk {
  const tracers = spans ? idTracerProvider() : undefined
  return {
    dropped: () => 0,
    flush: () => Promise.resolve(),
    unregister: register({ tracers, meters: undefined, baggage }),
    shutdown: () => Promise.resolve(),
    abandon: () => Promise.resolve(),
  }
}
