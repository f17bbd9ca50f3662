import type { Clock } from '../clock/clock.js'
import type { Duration } from '../duration/duration.js'
import { toShownText } from '../errors/public-text.js'

/** How long after a stop nobody is surprised that sockets are still closing. */
const LINGERS: Duration = '5s'

/** What a shell reports for a process that a signal has ended: 128 and the signal's number. */
const EXIT_CODES: Readonly<Record<string, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }

/**
 * Calls `stop` at the first of the signals; a second one ends the process at once. When `stop` succeeds the process
 * ends by itself, as nothing keeps it alive, or a line on stderr says what does; when it fails, its error goes to stderr and
 * the process exits with 1, for what hangs may keep it alive for ever.
 *
 * @returns what takes the handlers off again.
 */
export function stopOnSignals(
  signals: readonly string[],
  stop: () => Promise<void>,
  clock: Clock,
): () => void {
  // Absent in a browser or worker.
  const target: NodeJS.Process | undefined = globalThis.process
  if (signals.length === 0 || typeof target?.on !== 'function') return () => {}

  let stopping = false
  const handlers = signals.map((signal) => {
    const handler = () => {
      if (stopping) target.exit(EXIT_CODES[signal] ?? 1)
      stopping = true
      stop().then(
        // In a process that ends by itself this timer never fires.
        () => clock.schedule(LINGERS, () => console.error(stillAlive(target)), { ref: false }),
        (error: unknown) => {
          console.error(report(error))
          target.exit(1)
        },
      )
    }
    target.on(signal, handler)
    return [signal, handler] as const
  })
  return () => {
    for (const [signal, handler] of handlers) target.off(signal, handler)
  }
}

function stillAlive(target: NodeJS.Process): string {
  const resources = new Set(target.getActiveResourcesInfo?.())
  // It goes by PipeWrap there, as does much else.
  if (target.connected) resources.add('IPC channel')
  return `The service has stopped, and the process still runs ${LINGERS} later. Active: ${[...resources].join(', ')}.`
}

/**
 * In a line each, for a failure to stop says only by its causes why. No stacks: they would hide which component it was. No
 * secrets of a URL either, for stderr is kept by the platform.
 */
function report(error: unknown): string {
  const causes: unknown[] = error instanceof AggregateError ? error.errors : []
  return [error, ...causes].map((one) => toShownText(String(one))).join('\n  ')
}
