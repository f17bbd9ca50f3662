import type { SpanRun } from './span-run.js'

/** The part of a `Readable` of Node that is used. */
interface NodeReadable {
  readonly destroyed?: boolean
  readonly readableEnded?: boolean
  readonly errored?: unknown
  on(event: string | symbol, listener: (error?: unknown) => void): unknown
  off(event: string | symbol, listener: (error?: unknown) => void): unknown
  pipe(to: never): unknown
  read(size?: number): unknown
}

/** Whether it is a `Readable` of Node, or of a library that behaves as one. */
export function isNodeReadable(value: object): value is NodeReadable {
  const { pipe, read, on, off } = value as Partial<NodeReadable>
  return [pipe, read, on, off].every((method) => typeof method === 'function')
}

/** The run ends with the stream's last chunk, its failure, or when it is closed before. */
export function followNodeStream(stream: NodeReadable, run: SpanRun): NodeReadable {
  if (stream.destroyed === true || stream.readableEnded === true) {
    if (stream.errored) run.fail(stream.errored)
    run.end()
    return stream
  }
  const failed = errorMonitor()
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

/** Listening to `error` itself would make an error that nobody listens to go unnoticed. */
function errorMonitor(): symbol | undefined {
  const events = globalThis.process?.getBuiltinModule?.('node:events')
  return events?.errorMonitor
}
