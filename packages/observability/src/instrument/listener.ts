import { FAILURES } from './catalogue.js'
import type { ChannelRule } from './channel-rule.js'
import type { Sinks } from './instrumentation-options.js'
import { logSink } from './log-sink.js'
import { type Labels, MessageReader } from './message-reader.js'
import { metricSink } from './metric-sink.js'
import { spanSink } from './span-sink.js'

/** Hears the messages of a channel. Never throws: Node would end the process. */
export type Listener = (message: unknown) => void

/** What listens to a channel; nothing, where nobody wants to know. */
export function listenerOf(rule: ChannelRule, sinks: Sinks): Listener | undefined {
  const { logger, metrics, tracer, clock } = sinks
  const reader = new MessageReader(rule)
  const parts = [
    metrics && metricSink(rule, metrics),
    tracer && spanSink(rule, reader, tracer, clock),
    logger && logSink(rule, reader, logger, clock),
  ].filter((part) => part !== undefined)
  if (parts.length === 0 || (rule.isWarningOtherwise === true && logger === undefined)) return undefined
  const failed = failureCounter(rule, sinks)
  return (message) => {
    const labels = reader.labels(message)
    for (const part of parts) {
      // One that fails must not keep the others from it.
      try {
        whenRejected(part(message, labels), failed)
      } catch {
        failed()
      }
    }
  }
}

/** A logger may write later: Node would end the process for a rejection that nobody hears of. */
function whenRejected(done: unknown, failed: () => void): void {
  const then = (done as { then?: unknown } | null | undefined)?.then
  if (typeof then === 'function') then.call(done, undefined, failed)
}

/** A logger or a tracer that throws shows in a metric, at least. */
function failureCounter({ channel }: ChannelRule, { metrics }: Sinks): () => void {
  const labels: Labels = { 'base.channel': channel }
  const { name, ...options } = FAILURES
  const counter = metrics?.counter(name, options)
  return () => {
    try {
      counter?.add(1, labels)
    } catch {
      // Then nobody can be told.
    }
  }
}
