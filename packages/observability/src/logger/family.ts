import { type ChildLoggerOptions, symbols } from 'pino'
import { NO_BINDINGS } from './bindings.js'
import { checkChildOptions } from './child-options.js'
import type { Emitter } from './emitter.js'
import { sayWhatIsKept } from './keeps.js'
import { LevelMethods } from './level-methods.js'
import type { LineWriter } from './line-writer.js'
import { type Instance, STATE } from './pino-instance.js'

const EMPTY = {}

/**
 * Has a logger of pino, and all its children, write their lines through ours.
 *
 * Levels, children and events stay pino's. What is replaced are the methods of the enabled levels, which pino sets anew
 * whenever a level changes, and the fields of children, which pino keeps as text. A method that was taken off its logger writes
 * as the root does, or as the nearest parent that hides more.
 */
export function adopt(root: Instance, lines: LineWriter, emitter: Emitter): void {
  root[STATE] = { bindings: NO_BINDINGS, lines, methods: new LevelMethods(root, lines.format, emitter) }
  const setLevel = root[symbols.setLevelSym]
  root[symbols.setLevelSym] = function (this: Instance, level) {
    setLevel.call(this, level)
    this[STATE].methods.set(this)
  }
  // Sets the methods of the level that it has.
  root[symbols.setLevelSym](root.level)
  sayWhatIsKept(root, emitter)
  adoptChildren(root, emitter)
}

/** Children keep their fields as ours: pino makes a child with none, and says with its text that it has made it. */
function adoptChildren(root: Instance, emitter: Emitter): void {
  const { child } = root
  let pending: { bindings: object; options: ChildLoggerOptions | undefined } | undefined
  root.child = function (this: Instance, bindings, options) {
    // Without fields it is pino that says what is wrong.
    if (!bindings) return child.call(this, bindings, options)
    checkChildOptions(options)
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
      hide(this, mine.options, emitter)
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
  const state = logger[STATE]
  const { bindings: format } = logger[symbols.formattersSym]
  const shown = format === undefined ? fields : format(fields)
  const added = state.lines.bindings(shown, logger[symbols.serializersSym])
  logger[STATE] = { ...state, bindings: state.bindings.with(added) }
}

/** A child may hide more than its parent, which must not write its lines then. */
function hide(logger: Instance, options: ChildLoggerOptions | undefined, emitter: Emitter): void {
  const { redact, serializers, formatters } = options ?? {}
  if ((redact ?? serializers ?? formatters) === undefined) return
  const paths = Array.isArray(redact) ? redact : redact?.paths
  const { bindings, lines } = logger[STATE]
  const methods = new LevelMethods(logger, lines.format, emitter)
  logger[STATE] = { bindings, lines: paths === undefined ? lines : lines.hiding(paths), methods }
  methods.setAll()
}
