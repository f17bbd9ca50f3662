import type { Clock } from '@base/core/clock'
import { UnavailableError } from '@base/core/errors'
import { timedRequest } from '../timed-request.js'
import { askStore } from '../tokens/opaque/ask-store.js'

/** How long a sink may think about each answer, in milliseconds, by which clock. */
export interface SinkTime {
  readonly timeout: number
  readonly clock: Clock
}

/** What the sink answers, if it does so in time. */
export function askSink<T>({ clock, timeout }: SinkTime, ask: () => PromiseLike<T>): Promise<T> {
  const tooSlow = () =>
    new UnavailableError({ message: `The audit sink has not answered for ${timeout} ms.` })
  return timedRequest({ clock, timeout, name: 'audit sink', tooSlow }, () => askStore('audit', ask))
}
