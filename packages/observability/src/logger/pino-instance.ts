import { type ChildLoggerOptions, type Logger, symbols } from 'pino'
import type { Serializers } from './field-writer.js'
import type { LoggerState, STATE } from './logger-state.js'

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
