import type { Clock, Timer } from '@base/core/clock'
import { toMilliseconds } from '@base/core/duration'
import { ConflictError, isAppError, UnavailableError } from '@base/core/errors'
import { type Lock, withLock } from '@base/core/lock'
import type { Logger } from '@base/observability/logger'
import type { Fence } from './fences.ts'

/** When the night's work is done: at three o'clock, UTC. */
const AT = toMilliseconds('3h')
const DAY = toMilliseconds('1d')

/** What the work of a job gets. */
export interface JobContext {
  /** Aborts when the service stops, or when the lock is lost: then another instance may have begun. */
  readonly signal: AbortSignal
  /** What its writes have to pass, for one that was stopped hears of the loss only when it goes on. */
  readonly fence: Fence
}

/** Options of {@link NightlyJob}. */
export interface NightlyJobOptions<T> {
  /** Names it in the log, and its lock. */
  readonly name: string
  /** Does it. */
  readonly work: (context: JobContext) => Promise<T>
  readonly lock: Lock
  /** Who counts the tokens of the lock. */
  readonly countedBy: string
  readonly clock: Clock
  readonly logger: Logger
}

/** Work that is done each night, and whenever somebody asks, by one instance of the service at a time. */
export class NightlyJob<T> {
  readonly name: string
  readonly #options: NightlyJobOptions<T>
  readonly #stop = new AbortController()
  readonly #runs = new Set<Promise<unknown>>()
  #timer: Timer | undefined

  constructor(options: NightlyJobOptions<T>) {
    this.name = options.name
    this.#options = options
  }

  /** Waits for the night. */
  start(): void {
    const { clock } = this.#options
    const now = clock.now()
    const due = now - (now % DAY) + AT + (now % DAY < AT ? 0 : DAY)
    this.#timer = clock.schedule(due - now, () => void this.#ring(due), { ref: false, name: this.name })
  }

  /**
   * Does the work now.
   *
   * @throws ConflictError `JOB_RUNNING` where it is being done already; UnavailableError where the service stops.
   */
  run(): Promise<T> {
    const run = this.#locked().finally(() => this.#runs.delete(run))
    this.#runs.add(run)
    return run
  }

  /** Waits for no more nights, tells the work to end, and waits until it has. */
  async stop(): Promise<void> {
    this.#timer?.cancel()
    this.#stop.abort(new UnavailableError({ message: `The service stops, and ${this.name} with it.` }))
    await Promise.allSettled(this.#runs)
  }

  async #ring(due: number): Promise<void> {
    // The wall clock may have been set back meanwhile.
    if (this.#options.clock.now() >= due) await this.run().catch((error) => this.#report(error))
    if (!this.#stop.signal.aborted) this.start()
  }

  async #locked(): Promise<T> {
    const { work, lock, countedBy, clock } = this.#options
    const { signal } = this.#stop
    let begun = false
    try {
      return await withLock(lock, this.name, { wait: 0, signal, clock }, (lease) => {
        begun = true
        const fence = { job: this.name, countedBy, token: lease.token }
        return work({ signal: AbortSignal.any([signal, lease.signal]), fence })
      })
    } catch (error) {
      if (begun || !isAppError(error, 'TIMEOUT')) throw error
      const message = `${this.name} is running already.`
      throw new ConflictError({ code: 'JOB_RUNNING', message, details: { job: this.name } })
    }
  }

  /** Whoever has the lock does the work, and whoever stops us knows; all else is for the log. */
  #report(error: unknown): void {
    if (isAppError(error, 'JOB_RUNNING') || error === this.#stop.signal.reason) return
    this.#options.logger.error({ err: error, job: this.name }, 'job failed, and is done again next night')
  }
}
