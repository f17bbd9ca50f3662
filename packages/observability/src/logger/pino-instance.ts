import { type ChildLoggerOptions, type Logger, symbols } from 'pino'
import type { Bindings } from './bindings.js'
import type { Serializers } from './field-writer.js'
import type { LineWriter } from './line-writer.js'

/** A destination as pino treats it, with what it may have beside `write`. */
export interface Stream {
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

/** Formatters that a child may have. */
interface Formatters {
  readonly bindings?: ((bindings: object) => object) | undefined
  readonly log?: ((fields: object) => object) | undefined
}

/** The methods of a logger's levels. */
interface Methods {
  /** Gives a logger the methods of its level. */
  set(logger: Instance): void
  /** Gives their owner methods of its own, also for levels that its parents will have. */
  setAll(): void
  /** The same for a logger that hides more. */
  for(owner: Instance): Methods
}

/** Where a logger keeps what is its own; its children inherit it, as all that pino keeps. */
export const STATE: unique symbol = Symbol('@base/observability/logger')

/** What a logger has beside what pino keeps of it. */
export interface LoggerState {
  /** What it says in all its lines. */
  readonly bindings: Bindings
  /** What writes them. */
  readonly lines: LineWriter
  /** Its methods, which write as it does, or as the parent does that it has them of. */
  readonly methods: Methods
}

/** A logger of pino with what its symbols give to those who build upon it (pino's `docs/api.md`, `pino.symbols`). */
export type Instance = Omit<Logger, 'child' | 'onChild'> & {
  [STATE]: LoggerState
  [symbols.streamSym]: Stream
  [symbols.serializersSym]: Serializers
  [symbols.formattersSym]: Formatters
  [symbols.chindingsSym]: string
  [symbols.setLevelSym](level: string | number): void
  child(bindings: object, options?: ChildLoggerOptions): Instance
}
