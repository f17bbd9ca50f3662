import { reportCallbackError } from '@base/core/events'
import type { CacheBus } from './cache-bus.js'

/**
 * A bus within one process, for tests and for several caches side by side. A message has reached everyone by the time
 * `publish` returns.
 *
 * @example
 * const bus = memoryCacheBus()
 * const a = createCache({ layers: [memoryCacheStore()], bus })
 * const b = createCache({ layers: [memoryCacheStore()], bus })
 * await b.set('greeting', 'hello')
 * await a.delete('greeting')
 * await b.get('greeting') // undefined
 */
export function memoryCacheBus(): CacheBus {
  const listeners = new Set<{ readonly hear: (message: string) => void }>()
  return {
    publish: async (message) => {
      for (const { hear } of [...listeners]) tell(hear, message)
    },
    subscribe: async (listener) => {
      const place = { hear: listener }
      listeners.add(place)
      return () => {
        listeners.delete(place)
      }
    },
  }
}

/** One may be asynchronous: nobody else would catch what it rejects with. */
function tell(listener: (message: string) => unknown, message: string): void {
  try {
    const returned = listener(message)
    if (returned instanceof Promise) returned.catch(report)
  } catch (error) {
    report(error)
  }
}

function report(error: unknown): void {
  const place = { package: '@base/cache', pattern: 'memoryCacheBus', callback: 'a subscriber' }
  reportCallbackError(error, place)
}
