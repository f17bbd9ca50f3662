import { untilAborted } from '@base/core/abort'
import { reportCallbackError } from '@base/core/events'
import type { UnitTransaction } from './driver.js'
import { TransactionAbortedError, TransactionClosedError } from './errors.js'

type Hook = () => unknown

const UNDONE =
  'A nested part has failed, and was taken back with what the unit did while it ran: await the part first.'

/** What a frame's work is closed with: a whole transaction, or a savepoint of it. */
export interface Ending {
  keep(): Promise<void>
  undo(): Promise<void>
}

/** A unit that is open, or was: a transaction, or a part of one that can fail alone. */
export class Frame<Repos extends object> {
  readonly transaction: UnitTransaction<Repos>
  readonly signal: AbortSignal
  readonly #parent: Frame<Repos> | undefined
  readonly #beforeCommit: Hook[] = []
  readonly #afterCommit: Hook[] = []
  readonly #parts = new Set<Promise<unknown>>()
  #failure: { readonly error: unknown } | undefined
  #state: 'open' | 'kept' | 'undone' = 'open'
  /** The part that is open and can fail alone, and those that worked while this one was. */
  #part: Frame<Repos> | undefined
  readonly #beside = new Set<Frame<Repos>>()
  #lastPart: Promise<unknown> = Promise.resolve()

  constructor(transaction: UnitTransaction<Repos>, signal: AbortSignal, parent?: Frame<Repos>) {
    this.transaction = transaction
    this.signal = signal
    this.#parent = parent
    // One part is open at a time.
    if (parent !== undefined) parent.#part = this
  }

  /** Whether it has not ended, nor one around it. */
  get isOpen(): boolean {
    return this.#state === 'open' && (this.#parent?.isOpen ?? true)
  }

  /** Whether it has ended without success. */
  get isUndone(): boolean {
    return this.#state === 'undone' || (this.#parent?.isUndone ?? false)
  }

  /** Refuses to go on once it has ended. @throws TransactionClosedError */
  ensureOpen(): void {
    if (!this.isOpen) throw new TransactionClosedError()
  }

  /** Adds a hook. @throws TransactionClosedError */
  on(time: 'before' | 'after', hook: Hook): void {
    this.ensureOpen()
    ;(time === 'before' ? this.#beforeCommit : this.#afterCommit).push(hook)
  }

  /** Notes that a part that joined has failed: the frame cannot succeed any more. */
  fail(error: unknown): void {
    this.#failure ??= { error }
  }

  /** Waits for a part before the frame is kept: it must not be cut off in the middle. */
  track<R>(part: Promise<R>): Promise<R> {
    const settled = part.catch(() => {}).finally(() => this.#parts.delete(settled))
    this.#parts.add(settled)
    return part
  }

  /** Runs a nested part after those that came before it, for a transaction has one line of savepoints. */
  inTurn<R>(signal: AbortSignal, part: () => Promise<R>): Promise<R> {
    const before = this.#lastPart
    const turn = untilAborted(before, signal).then(part)
    // Without their results, which would live as long as the frame.
    this.#lastPart = Promise.allSettled([before, turn]).then(() => {})
    return turn
  }

  /** Notes work of its own: it goes where the parts go that are open meanwhile. After its end it is work of who is around. */
  work(): void {
    if (this.#state !== 'open') this.#parent?.work()
    else for (let part = this.#part; part !== undefined; part = part.#part) part.#beside.add(this)
  }

  /** Notes that the part that can fail alone was kept. */
  keepPart(): void {
    this.#part = undefined
  }

  /** Notes that it was taken back: with work that was done beside it, so whoever did that cannot succeed. */
  undoPart(): void {
    const part = this.#part
    this.#part = undefined
    if (part !== undefined) for (const frame of part.#beside) frame.fail(new Error(UNDONE))
  }

  /** Ends it well: waits for its parts, calls the hooks, keeps the work. */
  async keep(ending: Ending): Promise<void> {
    this.signal.throwIfAborted()
    await untilAborted(this.#settle(), this.signal)
    if (this.#failure !== undefined) throw new TransactionAbortedError(this.#failure.error)
    this.ensureOpen()
    this.signal.throwIfAborted()
    this.#state = 'kept'
    await ending.keep()
    for (const hook of this.#afterCommit) this.#parent?.on('after', hook)
  }

  /** Ends it at once; what it did is taken back by who calls. */
  close(): void {
    this.#state = 'undone'
  }

  /** Calls the hooks that waited for the commit. */
  async afterCommit(): Promise<void> {
    for (const hook of this.#afterCommit) {
      try {
        await hook()
      } catch (error) {
        const place = { package: '@base/domain', pattern: 'UnitOfWork', callback: 'afterCommit' }
        reportCallbackError(error, place)
      }
    }
  }

  /** A hook may begin parts and add hooks, a part may too. */
  async #settle(): Promise<void> {
    for (let next = 0; ; next++) {
      while (this.#parts.size > 0) await Promise.all(this.#parts)
      const hook = this.#beforeCommit[next]
      if (hook === undefined || this.#failure !== undefined || !this.isOpen) return
      await hook()
    }
  }
}
