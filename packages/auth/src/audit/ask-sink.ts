import type { Clock } from '@base/core/clock'
import { UnavailableError } from '@base/core/errors'
import { askStore } from '../tokens/opaque/ask-store.js'

/** How long a sink may think about each answer, in milliseconds, by which clock. */
export interface SinkTime {
  readonly timeout: number
  readonly clock: Clock
}

/** What the sink answers, if it does so in time. No sink takes a signal, and each record would pay for making and aborting one. */
export function askSink<T>({ clock, timeout }: SinkTime, ask: () => PromiseLike<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () =>
      reject(new UnavailableError({ message: `The audit sink has not answered for ${timeout} ms.` }))
    const timer = clock.schedule(timeout, late, { name: 'audit sink' })
    askStore('audit', ask)
      .finally(() => timer.cancel())
      .then(resolve, reject)
  })
}
