import type { Logger } from 'pino'
import type { Db } from '../database/database.ts'
import { type Lease, tryWithLock } from '../database/lock.ts'
import { conflict, Problem, unavailable } from '../problem.ts'

/** When the night's work is done: at three o'clock, UTC. */
const AT = 3 * 3_600_000
const DAY = 86_400_000

/** What is done; it stops when the signal aborts, or that of the lease. */
export type Work = (lease: Lease, stop: AbortSignal) => Promise<object>

/** Work that is done each night, and whenever somebody asks, by one instance of the service at a time. */
export class NightlyJob {
  readonly name: string
  readonly #work: Work
  readonly #db: Db
  readonly #logger: Logger
  readonly #stop = new AbortController()
  readonly #runs = new Set<Promise<unknown>>()
  #timer: NodeJS.Timeout | undefined

  constructor(name: string, work: Work, { db, logger }: { readonly db: Db; readonly logger: Logger }) {
    this.name = name
    this.#work = work
    this.#db = db
    this.#logger = logger
  }

  /** Waits for the night. */
  start(): void {
    const now = Date.now()
    const due = now - (now % DAY) + AT + (now % DAY < AT ? 0 : DAY)
    this.#timer = setTimeout(() => void this.#ring(due), due - now).unref()
  }

  /** Does the work now. @throws 409 `JOB_RUNNING` where it is being done already */
  run(): Promise<object> {
    if (this.#stop.signal.aborted) return Promise.reject(unavailable('The service stops.'))
    const run = this.#locked().finally(() => this.#runs.delete(run))
    this.#runs.add(run)
    return run
  }

  /** Waits for no more nights, tells the work to end, and waits until it has. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    this.#stop.abort()
    await Promise.allSettled(this.#runs)
  }

  async #ring(due: number): Promise<void> {
    // The wall clock may have been set back meanwhile.
    if (Date.now() >= due) await this.run().catch((error) => this.#report(error))
    if (!this.#stop.signal.aborted) this.start()
  }

  async #locked(): Promise<object> {
    const done = await tryWithLock(this.#db, this.name, (lease) => this.#work(lease, this.#stop.signal))
    if (done !== undefined) return done
    throw conflict('JOB_RUNNING', `${this.name} is running already.`, { job: this.name })
  }

  /** Whoever has the lock does the work; all else is for the log. */
  #report(error: unknown): void {
    if (error instanceof Problem && error.code === 'JOB_RUNNING') return
    this.#logger.error({ err: error, job: this.name }, 'job failed, and is done again next night')
  }
}
