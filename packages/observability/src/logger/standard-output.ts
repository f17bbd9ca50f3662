import type { DestinationStream } from 'pino'
import { stdoutSink } from './stdout-sink.js'

let output: DestinationStream | undefined

/** Where lines go that nobody directs: the same for all loggers, for two sinks would write into each other's lines. */
export function standardOutput(): DestinationStream {
  output ??= stdoutSink()
  return output
}
