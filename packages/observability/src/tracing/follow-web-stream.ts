import type { SpanRun } from './span-run.js'

/** Whether it is a `ReadableStream`. */
export function isWebStream(value: object): value is ReadableStream<unknown> {
  return typeof ReadableStream === 'function' && value instanceof ReadableStream
}

/** A stream that reads this one, chunk by chunk as it is read itself, and ends the run with it. */
export function followWebStream(stream: ReadableStream<unknown>, run: SpanRun): ReadableStream<unknown> {
  if (stream.locked) {
    // Somebody reads it already: nobody else can.
    run.end()
    return stream
  }
  const isBytes = readsBytes(stream)
  const reader = stream.getReader()
  const source = {
    async pull(controller: ReadableStreamDefaultController<unknown> | ReadableByteStreamController) {
      try {
        const { done, value } = await run.within(() => reader.read())
        if (!done) return controller.enqueue(value as ArrayBufferView<ArrayBuffer>)
        run.end()
        controller.close()
        // A reader with a buffer of its own waits for the answer that there is nothing more.
        if ('byobRequest' in controller) controller.byobRequest?.respond(0)
      } catch (error) {
        run.fail(error)
        throw error
      }
    },
    cancel(reason: unknown) {
      const cancelled = run.within(() => reader.cancel(reason))
      run.end()
      return cancelled
    },
  }
  // Nothing is read ahead of the reader.
  if (isBytes) return new ReadableStream({ ...source, type: 'bytes' }, { highWaterMark: 0 })
  return new ReadableStream(source, { highWaterMark: 0 })
}

function readsBytes(stream: ReadableStream<unknown>): boolean {
  try {
    stream.getReader({ mode: 'byob' }).releaseLock()
    return true
  } catch {
    return false
  }
}
