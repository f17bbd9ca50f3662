import type { Lifecycle } from '@base/core/lifecycle'
import type { Logger } from '@base/observability/logger'

/**
 * Ends the process with 1 after an error that nobody has caught, or a rejection that nobody has handled: with a `fatal` line,
 * and as orderly as a signal does. A second one ends it at once.
 */
export function endOnCrash(lifecycle: Pick<Lifecycle, 'stop'>, logger: Logger): void {
  let hasCrashed = false
  // Node hands rejections that nobody handles to it as well.
  process.on('uncaughtException', (error, origin) => {
    logger.fatal({ err: error, origin }, 'the service has crashed')
    if (hasCrashed) process.exit(1)
    hasCrashed = true
    void lifecycle
      .stop()
      .catch((failure: unknown) => logger.fatal({ err: failure }, 'the service did not stop in order'))
      .finally(() => process.exit(1))
  })
}
