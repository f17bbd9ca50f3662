import { later } from './later.js'

/** What has something to write when the process ends. */
interface Flushable {
  /** Nothing is left to do but what a listener of `beforeExit` begins: what is logged there must not be it. */
  writeAtOnce(): void
  /** Writes what waits; what is not taken is lost. */
  flushLast(): void
  /** The process lives on after all, and so does it. */
  goOn(): void
}

/** Signals whose default is the end of the process. */
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/** Tells the listener of another copy of this package from one that handles the signal. */
const ENDS = Symbol.for('@base/observability/flush-and-end')

const open = new Set<Flushable>()
const waiting = new Set<Flushable>()

/** Has it flushed when the process ends. */
export function flushAtExit(sink: Flushable): void {
  if (open.size === 0) {
    process.on('exit', flushAll)
    // Before all others, which may log.
    process.prependListener('beforeExit', writeAtOnce)
  }
  open.add(sink)
}

/** It need not be flushed any more. */
export function forgetAtExit(sink: Flushable): void {
  if (!open.delete(sink) || open.size > 0) return
  process.off('exit', flushAll)
  process.off('beforeExit', writeAtOnce)
}

/**
 * Lines wait: a signal that nobody handles, which would end the process at once, first lets them go. Before all others, for one
 * that listens once is not to be seen any more once it has heard.
 */
export function flushAtSignal(sink: Flushable): void {
  if (waiting.size === 0) for (const signal of SIGNALS) process.prependListener(signal, flushAndEnd)
  waiting.add(sink)
}

/** Nothing waits any more: signals do what they do. */
export function forgetAtSignal(sink: Flushable): void {
  if (waiting.delete(sink) && waiting.size === 0)
    for (const signal of SIGNALS) process.off(signal, flushAndEnd)
}

function writeAtOnce(): void {
  for (const sink of open) sink.writeAtOnce()
}

function flushAll(): void {
  for (const sink of open) sink.flushLast()
}

const flushAndEnd = /* @__PURE__ */ Object.assign(
  (signal: NodeJS.Signals): void => {
    // Whoever handles the signal decides when the process ends.
    if (!process.listeners(signal).every((listener) => ENDS in listener)) return
    flushAll()
    for (const each of SIGNALS) process.off(each, flushAndEnd)
    waiting.clear()
    process.kill(process.pid, signal)
    // The first process of a container is not ended by a signal that nobody handles.
    later(() => {
      for (const sink of open) sink.goOn()
    })
  },
  { [ENDS]: true },
)
