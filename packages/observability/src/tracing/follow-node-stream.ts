import type { Readable } from 'node:stream'
import type { SpanRun } from './span-run.js'

/** Whether it is a `Readable` of Node, or of a library that behaves as one. */
export function isNodeReadable(value: object): value is Readable {
  const { pipe, read, on, off } = value as Partial<Readable>
  return [pipe, read, on, off].every((method) => typeof method === 'function')
}

/** The run ends with the stream's last chunk, its failure, or when it is closed before. */
export function followNodeStream(stream: Readable, run: SpanRun): Readable {
  if (stream.destroyed === true || stream.readableEnded === true) {
    if (stream.errored) run.fail(stream.errored)
    run.end()
    return stream
  }
  // Listening to `error` itself would make an error that nobody listens to go unnoticed.
  const failed = globalThis.process?.getBuiltinModule?.('node:events')?.errorMonitor
  const onEnd = () => stop(() => run.end())
  const onError = (error: unknown) => stop(() => run.fail(error))
  function stop(end: () => void): void {
    end()
    stream.off('end', onEnd)
    stream.off('close', onEnd)
    if (failed !== undefined) stream.off(failed, onError)
  }
  stream.on('end', onEnd)
  stream.on('close', onEnd)
  if (failed !== undefined) stream.on(failed, onError)
  return stream
}
