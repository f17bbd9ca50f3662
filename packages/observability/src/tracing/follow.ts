import { followAsyncIterable, followIterator, isGenerator } from './follow-iterator.js'
import { followNodeStream, isNodeReadable } from './follow-node-stream.js'
import { followThenable } from './follow-thenable.js'
import { followWebStream, isWebStream } from './follow-web-stream.js'
import type { SpanRun } from './span-run.js'

/** Ends the run when what was returned has ended; gives what is to be returned in its place, mostly itself. */
export function follow(value: unknown, run: SpanRun): unknown {
  if (typeof value !== 'object' || value === null) {
    run.succeed(value)
    return value
  }
  try {
    return followObject(value, run)
  } catch {
    // Frozen, a proxy that refuses, a property that throws: it is returned as it is, and the span ends here.
    run.end()
    return value
  }
}

function followObject(value: object, run: SpanRun): unknown {
  if (isPromise(value)) return followPromise(value, run)
  if (typeof (value as PromiseLike<unknown>).then === 'function')
    return followThenable(value as PromiseLike<unknown>, run, follow)
  if (isWebStream(value)) return followWebStream(value, run)
  if (isNodeReadable(value)) return followNodeStream(value, run)
  if (Symbol.asyncIterator in value) return followAsyncIterable(value as AsyncIterable<unknown>, run)
  if (isGenerator(value)) return followIterator(value, run)
  run.succeed(value)
  return value
}

/** Not one of a subclass, which may be more than a promise. */
function isPromise(value: object): value is Promise<unknown> {
  return value instanceof Promise && value.constructor === Promise
}

function followPromise(promise: Promise<unknown>, run: SpanRun): Promise<unknown> {
  return promise.then(
    (value) => follow(value, run),
    (error: unknown) => {
      run.fail(error)
      throw error
    },
  )
}
