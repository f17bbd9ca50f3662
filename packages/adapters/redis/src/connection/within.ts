import { systemClock } from '@base/core/clock'
import type { AppError } from '@base/core/errors'
import type { Command } from './connection.js'
import { type Deadline, deadlines } from './deadlines.js'
import { Gone } from './gone.js'
import { type Outcome, redisError, tooLate } from './redis-error.js'

/** A command on its way. */
export class Attempt {
  /** Whether its caller has gone, by time or by signal: nothing more may be sent for it. */
  over = false
  /** What a failure from now on may have done. */
  outcome: Outcome = 'not_sent'
  /** What is sent, where it is one command. */
  command: Command | undefined
  /** Told of each refusal of a server that is no master. */
  onRefusal: (() => void) | undefined
  #leave: (() => void) | undefined
  #gone: Gone | undefined

  /** Aborts where its caller goes without an answer. */
  get gone(): Gone {
    this.#gone ??= new Gone()
    return this.#gone
  }

  /** Waits for what calls back; `leave` takes the wish back where the caller goes before. */
  waitFor(wait: (resume: () => void) => () => void): Promise<void> {
    return new Promise((resolve) => {
      this.#leave = wait(resolve)
    })
  }

  /** Waits for so many milliseconds. */
  pause(milliseconds: number): Promise<void> {
    return this.waitFor((resume) => {
      const timer = systemClock.schedule(milliseconds, resume)
      return () => timer.cancel()
    })
  }

  /** Hears what a client was answered or failed with, whether its caller still waits or not. */
  hear(error: unknown): AppError {
    const failure = redisError(error, this.outcome, keysOf(this.command))
    if (failure.code === 'REDIS_READ_ONLY') this.onRefusal?.()
    return failure
  }

  /** Its caller has its answer. */
  end(): void {
    this.over = true
    this.#leave?.()
  }

  /** Its caller goes without an answer. */
  protected abandon(): void {
    this.end()
    this.#gone?.abort()
  }
}

/** The keys of a script, or the first of another command. */
function keysOf([name, ...args]: Command | readonly [] = []): readonly string[] {
  const keys = name === 'EVAL' || name === 'EVALSHA' ? args.slice(2, 2 + Number(args[1])) : args.slice(0, 1)
  return keys.map(String)
}

/**
 * Runs a command, and rejects once the time is over or the signal aborts, whatever the command does. What it settles
 * with later is dropped, but for a refusal. It is the system's clock that bounds what waits for a server.
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
    new BoundedAttempt(timeout, signal, resolve, reject).begin(run)
  })
}

/** One that ends in time. A command is short, so this has no function of its own for each way that it may end. */
class BoundedAttempt<T> extends Attempt implements Deadline {
  at = 0
  isPutOff = false
  before: Deadline = this
  after: Deadline = this
  readonly #timeout: number
  readonly #signal: AbortSignal | undefined
  readonly #resolve: (value: T) => void
  readonly #reject: (error: unknown) => void

  constructor(
    timeout: number,
    signal: AbortSignal | undefined,
    resolve: (value: T) => void,
    reject: (error: unknown) => void,
  ) {
    super()
    this.#timeout = timeout
    this.#signal = signal
    this.#resolve = resolve
    this.#reject = reject
  }

  /** What is done after the command was sent takes no time, for the server is at it. */
  begin(run: (attempt: Attempt) => Promise<T>): void {
    this.#signal?.addEventListener('abort', this, { once: true })
    const answer = this.#run(run)
    deadlines.add(this.#timeout, this)
    answer.then(
      (value) => {
        this.end()
        this.#resolve(value)
      },
      (error) => {
        this.end()
        this.#reject(this.hear(error))
      },
    )
  }

  expire(): void {
    this.abandon()
    this.#reject(tooLate(this.#timeout, this.outcome))
  }

  /** The signal aborts. */
  handleEvent(): void {
    this.abandon()
    this.#reject(this.#signal?.reason)
  }

  override end(): void {
    super.end()
    deadlines.delete(this)
    this.#signal?.removeEventListener('abort', this)
  }

  /** A client may throw at once, too. */
  #run(run: (attempt: Attempt) => Promise<T>): Promise<T> {
    try {
      return run(this)
    } catch (error) {
      return Promise.reject(error)
    }
  }
}
