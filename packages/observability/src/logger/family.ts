import { type ChildLoggerOptions, symbols } from 'pino'
import { NO_BINDINGS } from './bindings.js'
import type { Emitter } from './emitter.js'
import { sayWhatIsKept } from './keeps.js'
import type { LevelName } from './level-name.js'
import type { LineWriter } from './line-writer.js'
import { STATE } from './logger-state.js'
import type { Instance } from './pino-instance.js'

/** A method of a level. */
type Method = (this: Instance | undefined, ...args: unknown[]) => void

const EMPTY = {}

/**
 * Has a logger of pino, and all its children, write their lines through ours.
 *
 * Levels, children and events stay pino's. What is replaced are the methods of the enabled levels, which pino sets anew
 * whenever a level changes, and the fields of children, which pino keeps as text. A method that was taken off its logger writes
 * as the root does.
 */
export function adopt(root: Instance, lines: LineWriter, emitter: Emitter): void {
  root[STATE] = { bindings: NO_BINDINGS, lines }
  const methods = levelMethods(root, lines, emitter)
  const setLevel = root[symbols.setLevelSym]
  root[symbols.setLevelSym] = function (this: Instance, level) {
    setLevel.call(this, level)
    // Not even for a sampled trace.
    const isSilent = this.levelVal === Number.POSITIVE_INFINITY
    for (const [label, value] of Object.entries(this.levels.values)) {
      const { print, hold } = methods(label, value)
      const printed = value >= this.levelVal
      if (printed || (!isSilent && emitter.wants(value)))
        Object.assign(this, { [label]: printed ? print : hold })
    }
  }
  // Sets the methods of the level that it has.
  root[symbols.setLevelSym](root.level)
  sayWhatIsKept(root, (level) => emitter.wants(root.levels.values[level] ?? 0))
  adoptChildren(root)
}

/** The methods of levels, made once. */
function levelMethods(root: Instance, lines: LineWriter, emitter: Emitter) {
  const known = new Map<string, { print: Method; hold: Method }>()
  return (label: string, value: number) => {
    const key = `${value} ${label}`
    const found = known.get(key)
    if (found !== undefined) return found
    const level: LevelName = { label, value, json: lines.format.level(label, value) }
    const made = {
      print(this: Instance | undefined, ...args: unknown[]) {
        emitter.print(loggerOf(this, root), level, args)
      },
      hold(this: Instance | undefined, ...args: unknown[]) {
        emitter.hold(loggerOf(this, root), level, args)
      },
    }
    known.set(key, made)
    return made
  }
}

/** Who writes, whatever a method is called of: `promise.catch(logger.error)` calls it of nothing, an emitter of itself. */
function loggerOf(owner: Instance | undefined, root: Instance): Instance {
  try {
    return owner?.[STATE] === undefined ? root : owner
  } catch {
    return root
  }
}

/** Children keep their fields as ours: pino makes a child with none, and says with its text that it has made it. */
function adoptChildren(root: Instance): void {
  const { child } = root
  let pending: { bindings: object; options: ChildLoggerOptions | undefined } | undefined
  root.child = function (this: Instance, bindings, options) {
    // Without fields it is pino that says what is wrong.
    if (!bindings) return child.call(this, bindings, options)
    pending = { bindings, options }
    try {
      return child.call(this, EMPTY, options)
    } finally {
      pending = undefined
    }
  }
  Object.defineProperty(root, symbols.chindingsSym, {
    get: () => '',
    set(this: Instance) {
      const mine = pending
      pending = undefined
      if (mine === undefined) return
      hidePaths(this, mine.options)
      bind(this, mine.bindings)
    },
  })
  root.setBindings = function (this: Instance, bindings) {
    bind(this, bindings)
  }
  root.bindings = function (this: Instance) {
    return this[STATE].bindings.toObject()
  }
}

/** Adds fields to all lines of a logger. */
function bind(logger: Instance, fields: object): void {
  const { bindings, lines } = logger[STATE]
  const { bindings: format } = logger[symbols.formattersSym]
  const shown = format === undefined ? fields : format(fields)
  logger[STATE] = { lines, bindings: bindings.with(lines.bindings(shown, logger[symbols.serializersSym])) }
}

/** A child may hide more than its parent. */
function hidePaths(logger: Instance, options: ChildLoggerOptions | undefined): void {
  const redact = options?.redact
  const paths = Array.isArray(redact) ? redact : redact?.paths
  if (paths === undefined) return
  const { bindings, lines } = logger[STATE]
  logger[STATE] = { bindings, lines: lines.hiding(paths) }
}
