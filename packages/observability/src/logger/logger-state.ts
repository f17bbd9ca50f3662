import type { Bindings } from './bindings.js'
import type { LevelMethods } from './level-methods.js'
import type { LineWriter } from './line-writer.js'

/** Where a logger keeps what is its own; its children inherit it, as all that pino keeps. */
export const STATE: unique symbol = Symbol('@base/observability/logger')

/** What a logger has beside what pino keeps of it. */
export interface LoggerState {
  /** What it says in all its lines. */
  readonly bindings: Bindings
  /** What writes them. */
  readonly lines: LineWriter
  /** Its methods, which write as it does, or as the parent does that it has them of. */
  readonly methods: LevelMethods
}
