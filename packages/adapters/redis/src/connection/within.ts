import { deadlines } from './deadlines.js'
import { type Outcome, redisError, tooLate } from './redis-error.js'

/** A command on its way. */
export class Attempt {
  /** Whether its caller has gone, by time or by signal: nothing more may be sent for it. */
  over = false
  /** What a failure from now on may have done. */
  outcome: Outcome = 'not_sent'
  #leave: (() => void) | undefined

  /** Waits for what calls back; `leave` takes the wish back where the caller goes before. */
  waitFor(wait: (resume: () => void) => () => void): Promise<void> {
    return new Promise((resolve) => {
      this.#leave = wait(resolve)
    })
  }

  /** Its caller has its answer. */
  end(): void {
    this.over = true
    this.#leave?.()
  }
}

/**
 * Runs a command, and rejects once the time is over or the signal aborts, whatever the command does. What it settles
 * with later is dropped. It is the system's clock that bounds what waits for a server.
 *
 * @throws what `redisError` makes of what the command rejects with; the signal's reason once it aborts.
 */
export function within<T>(
  timeout: number,
  signal: AbortSignal | undefined,
  run: (attempt: Attempt) => Promise<T>,
): Promise<T> {
  if (signal?.aborted) return Promise.reject(signal.reason)
  return new Promise((resolve, reject) => {
    const attempt = new Attempt()
    const end = () => {
      attempt.end()
      deadlines.delete(deadline)
      signal?.removeEventListener('abort', abort)
    }
    const abort = () => {
      end()
      reject(signal?.reason)
    }
    const deadline = deadlines.add(timeout, () => {
      end()
      reject(tooLate(timeout, attempt.outcome))
    })
    signal?.addEventListener('abort', abort, { once: true })
    begin(run, attempt).then(
      (value) => {
        end()
        resolve(value)
      },
      (error) => {
        end()
        reject(redisError(error, attempt.outcome))
      },
    )
  })
}

/** A client may throw at once, too. */
function begin<T>(run: (attempt: Attempt) => Promise<T>, attempt: Attempt): Promise<T> {
  try {
    return run(attempt)
  } catch (error) {
    return Promise.reject(error)
  }
}
