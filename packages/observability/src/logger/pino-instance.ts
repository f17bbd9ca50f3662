import { type ChildLoggerOptions, type Logger, symbols } from 'pino'
import type { Bindings } from './bindings.js'
import type { Serializers } from './field-writer.js'
import type { LineWriter } from './line-writer.js'

/** A destination as pino treats it, with what it may have beside `write`. */
interface Stream {
  write(line: string): unknown
  flushSync?(): void
  /** The lowest level of several streams. */
  readonly minLevel?: number
  [symbols.needsMetadataGsym]?: boolean
  lastLevel?: number
  lastObj?: object
  lastMsg?: unknown
  lastTime?: string
  lastLogger?: unknown
}

interface Formatters {
  readonly bindings?: ((bindings: object) => object) | undefined
  readonly log?: ((fields: object) => object) | undefined
}

/** Where a logger keeps what is its own; its children inherit it, as all that pino keeps. */
export const STATE: unique symbol = Symbol('@base/observability/logger')

/** What a logger has beside what pino keeps of it. */
interface LoggerState {
  /** What it says in all its lines. */
  readonly bindings: Bindings
  readonly lines: LineWriter
  /** Gives a logger the methods of its level, which write as it does, or as the parent does that it has them of. */
  readonly methods: { set(logger: Instance): void }
}

/** A logger of pino with what its symbols give to those who build upon it (pino's `docs/api.md`, `pino.symbols`). */
export type Instance = Omit<Logger, 'child' | 'onChild'> & {
  [STATE]: LoggerState
  [symbols.streamSym]: Stream
  [symbols.serializersSym]: Serializers
  [symbols.formattersSym]: Formatters
  [symbols.setLevelSym](level: string | number): void
  child(bindings: object, options?: ChildLoggerOptions): Instance
}
