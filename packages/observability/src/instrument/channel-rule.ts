import type { FieldRule } from './field-rule.js'

/** The levels of a line. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error'

/** The metric that a message is counted in. */
export interface MetricRule {
  readonly name: string
  readonly unit: string
  readonly description: string
  /** The field, in milliseconds, whose seconds a histogram records; without it, a counter. */
  readonly duration?: string
  /** In seconds. */
  readonly buckets?: readonly number[]
}

/** The line that a message becomes. */
interface LogRule {
  readonly message: string
  readonly level: LogLevel
  /** Other levels, by a field's value. */
  readonly levels?: { readonly field: string; readonly by: Readonly<Record<string, LogLevel>> }
  /** How many are written in a second at most, where somebody has to look into each; otherwise few, as whatever fails fails often. */
  readonly perSecond?: number
}

/** What becomes of the messages of a channel. */
export interface ChannelRule {
  readonly channel: `base:${string}:${string}:${string}`
  /** When there is one, for the table in the documentation. */
  readonly when: string
  readonly fields: readonly FieldRule[]
  readonly metric: MetricRule
  readonly log: LogRule
  /** Attributes that all its messages have. */
  readonly attributes?: Readonly<Record<string, string>>
  /**
   * An event of the active span; nothing, where there would be too many; or a span of its own, named by a field and as long as
   * another says, in milliseconds.
   */
  readonly span: 'event' | 'none' | { readonly named: string; readonly duration: string }
  /** Whether it is a warning of the process unless somebody listens: then only a logger listens. */
  readonly isWarningOtherwise?: boolean
}

/** What an event is called: `base:resilience:circuit-breaker:stateChange` is `base.circuit_breaker.state_change`. */
export function eventName(channel: string): string {
  const [, , pattern = '', event = ''] = channel.split(':')
  return `base.${snakeCase(pattern)}.${snakeCase(event)}`
}

function snakeCase(text: string): string {
  return text.replace(/-/g, '_').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
