import type { Clock } from '@base/core/clock'
import { isKept } from '../logger/keeps.js'
import { type ChannelRule, eventName, type LogLevel } from './channel-rule.js'
import type { InstrumentationLogger } from './instrumentation-options.js'
import { LineGate } from './line-gate.js'
import { fieldReader, type MessageReader, type Sink } from './message-reader.js'

/** Writes a line, and gives what the logger gave: a promise, of one that writes later. */
export function logSink(
  { channel, log }: ChannelRule,
  reader: MessageReader,
  logger: InstrumentationLogger,
  clock: Clock,
): Sink {
  const name = eventName(channel)
  const gate = new LineGate(clock, log.perSecond)
  const levelOf = levelReader(log)
  return (message, labels) => {
    const level = levelOf(message)
    const isHeld = isKept(logger, level)
    if (!isHeld && logger.isLevelEnabled?.(level) === false) return undefined
    // What is kept for its request is bounded by that.
    const held = isHeld ? 0 : gate.pass()
    if (held === undefined) return undefined
    const fields = reader.details(message, { 'event.name': name, ...labels })
    if (held > 0) fields['base.suppressed'] = held
    return logger[level](reader.confidences(message, fields), log.message)
  }
}

function levelReader({ level, levels }: ChannelRule['log']): (message: unknown) => LogLevel {
  if (levels === undefined) return () => level
  const { field, by } = levels
  const read = fieldReader(field)
  return (message) => {
    const value = read(message)
    return (typeof value === 'string' || typeof value === 'boolean' ? by[String(value)] : undefined) ?? level
  }
}
