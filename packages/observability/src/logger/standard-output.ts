import type { DestinationStream } from 'pino'
import { stdoutSink } from './stdout-sink.js'

/** Where lines go that nobody directs. */
export function standardOutput(): DestinationStream {
  return stdoutSink()
}
