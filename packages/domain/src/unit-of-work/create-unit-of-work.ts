import { untilAborted } from '@base/core/abort'
import { type Clock, systemClock } from '@base/core/clock'
import { type ContextKey, createContextKey, runInContext } from '@base/core/context'
import { uuidv7 } from '@base/core/id'
import { checkFunction, checkOptions } from '@base/core/options'
import { placeOf } from '../place.js'
import type { UnitDriver } from './driver.js'
import { TransactionClosedError, TransactionForbiddenError, TransactionRequiredError } from './errors.js'
import { type Ending, Frame } from './frame.js'
import { guarded } from './guard.js'
import { isSerializationFailure, pauseAfter } from './retry.js'
import { at, checkJoin, type Run, readRun } from './run-options.js'
import type { RunOptions, Unit, UnitOfWork } from './unit-of-work.js'

const MAX_RUNS = 5

/** Options of {@link createUnitOfWork}. */
export interface UnitOfWorkOptions {
  /** Source of time, for the pauses between runs. @defaultValue systemClock */
  readonly clock?: Clock | undefined
  /** Source of chance, from 0 to below 1, for the same. @defaultValue Math.random */
  readonly random?: (() => number) | undefined
}

/**
 * A unit of work on a driver: propagation, nesting, hooks, retries and abort, the same for every system. For those who
 * write an adapter; where the runtime has no `AsyncLocalStorage`, no run knows of one around it.
 *
 * @throws InvalidOptionError naming the option.
 */
export function createUnitOfWork<Repos extends object>(
  driver: UnitDriver<Repos>,
  options: UnitOfWorkOptions = {},
): UnitOfWork<Repos> {
  const place = placeOf('createUnitOfWork')
  const { clock = systemClock, random = Math.random } = checkOptions(options, place('options'))
  checkFunction(driver?.begin, place('driver.begin'))
  checkFunction(clock?.sleep, place('clock.sleep'))
  return new Engine(driver, clock, checkFunction(random, place('random')))
}

/** What is open here, and how it was opened. */
interface Ambient<Repos extends object> {
  readonly frame: Frame<Repos>
  readonly run: Run
  /** What was open around a unit of its own. */
  readonly around?: Ambient<Repos> | undefined
  /** Refuses to go on where the call, or one around it in the unit, was cut off by its own signal. */
  readonly ensureNotCutOff?: () => void
}

type Fn<Repos, R> = (tx: Repos, unit: Unit) => Promise<R>

class Engine<Repos extends object> implements UnitOfWork<Repos> {
  readonly #driver: UnitDriver<Repos>
  readonly #clock: Clock
  readonly #random: () => number
  /** Each unit of work has a key of its own: units of two databases do not join. */
  readonly #ambient: ContextKey<Ambient<Repos>> = createContextKey(`@base/domain/unit ${uuidv7()}`)

  constructor(driver: UnitDriver<Repos>, clock: Clock, random: () => number) {
    this.#driver = driver
    this.#clock = clock
    this.#random = random
  }

  async run<R>(fn: Fn<Repos, R>, options: RunOptions = {}): Promise<R> {
    const run = readRun(options)
    checkFunction(fn, at('fn'))
    run.signal?.throwIfAborted()
    const around = this.#around()
    if (around === undefined) {
      if (run.propagation === 'mandatory') throw new TransactionRequiredError()
      return this.#retried(fn, run)
    }
    if (run.propagation === 'never') throw new TransactionForbiddenError()
    if (run.propagation === 'requires_new') return this.#open(fn, run, around)
    checkJoin(run, around.run)
    return around.frame.track(
      run.propagation === 'nested'
        ? this.#nest(fn, run, around)
        : orFail(around.frame, () => this.#call(fn, around, either(around.frame.signal, run.signal))),
    )
  }

  /** The open unit around this call; one that has ended is none. */
  #around(): Ambient<Repos> | undefined {
    const ambient = this.#ambient.get()
    // A function that was cut off runs on, and must not begin a unit of its own behind the back of who aborted it.
    ambient?.ensureNotCutOff?.()
    if (ambient === undefined || ambient.frame.isOpen) return ambient
    if (ambient.frame.isUndone) ambient.frame.signal.throwIfAborted()
    return undefined
  }

  async #retried<R>(fn: Fn<Repos, R>, run: Run): Promise<R> {
    for (let runs = 1; ; runs++) {
      try {
        return await this.#open(fn, run)
      } catch (error) {
        if (runs === MAX_RUNS || !isSerializationFailure(error)) throw error
        await this.#clock.sleep(pauseAfter(runs, this.#random), { signal: run.signal })
      }
    }
  }

  async #open<R>(fn: Fn<Repos, R>, run: Run, around?: Ambient<Repos>): Promise<R> {
    const { isolation, readOnly = false } = run
    const signal = run.signal ?? new AbortController().signal
    const within = around !== undefined
    const transaction = await this.#driver.begin({ isolation, readOnly, within, signal })
    const frame = new Frame(transaction, signal)
    const ending = { keep: () => transaction.commit(), undo: () => transaction.rollback() }
    const result = await this.#end(fn, { frame, run, around }, ending)
    await frame.afterCommit()
    return result
  }

  async #nest<R>(fn: Fn<Repos, R>, run: Run, around: Ambient<Repos>): Promise<R> {
    const parent = around.frame
    const { transaction } = parent
    const signal = either(parent.signal, run.signal)
    return parent.inTurn(signal, async () => {
      parent.ensureOpen()
      const frame = new Frame(transaction, signal, parent)
      const savepoint = await transaction.savepoint()
      // It may have ended while the savepoint was made.
      parent.ensureOpen()
      // Where a savepoint cannot be kept or taken back nobody knows what would be committed: so nothing is.
      const ending = {
        keep: () => orFail(parent, () => savepoint.release()).then(() => parent.keepPart()),
        undo: () => orFail(parent, () => savepoint.rollback()).then(() => parent.undoPart()),
      }
      return this.#end(fn, { ...around, frame }, ending)
    })
  }

  /** Calls the function with handles that work as long as it runs. */
  async #call<R>(fn: Fn<Repos, R>, ambient: Ambient<Repos>, signal: AbortSignal): Promise<R> {
    const { frame } = ambient
    let running = true
    const isOpen = () => running && frame.isOpen
    const on = (time: 'before' | 'after') => (hook: () => unknown) => {
      if (!isOpen()) throw new TransactionClosedError()
      frame.on(time, checkFunction(hook, placeOf('Unit')(`${time}Commit`)))
    }
    const unit: Unit = { signal, beforeCommit: on('before'), afterCommit: on('after') }
    const mayWork = () => {
      if (!isOpen()) return false
      this.#worker(frame).work()
      return true
    }
    const tx = guarded(frame.transaction.repositories, mayWork)
    const ensureNotCutOff = () => {
      ambient.ensureNotCutOff?.()
      // What is committed is past the signal.
      if (!running || frame.isOpen) signal.throwIfAborted()
    }
    const work = () =>
      runInContext([[this.#ambient, { ...ambient, ensureNotCutOff }]], async () => fn(tx, unit))
    try {
      signal.throwIfAborted()
      return await untilAborted(work(), signal)
    } catch (error) {
      running = false
      throw error
    }
  }

  /** Who works is who calls, through whichever handle of the transaction; of a call from elsewhere only that is known. */
  #worker(handle: Frame<Repos>): Frame<Repos> {
    for (let here = this.#ambient.get(); here !== undefined; here = here.around)
      if (here.frame.transaction === handle.transaction) return here.frame
    return handle
  }

  /** Calls the function, and keeps what it did or takes it back; the first error is the one that counts. */
  async #end<R>(fn: Fn<Repos, R>, ambient: Ambient<Repos>, ending: Ending): Promise<R> {
    const { frame } = ambient
    try {
      const result = await this.#call(fn, ambient, frame.signal)
      await runInContext([[this.#ambient, ambient]], () => frame.keep(ending))
      return result
    } catch (error) {
      const mustUndo = frame.isOpen
      frame.close()
      if (mustUndo) await ending.undo().catch(() => {})
      throw error
    }
  }
}

/** What a step gives; where it fails, the frame cannot succeed any more. */
async function orFail<R>(frame: Pick<Frame<object>, 'fail'>, step: () => Promise<R>): Promise<R> {
  try {
    return await step()
  } catch (error) {
    frame.fail(error)
    throw error
  }
}

function either(around: AbortSignal, own: AbortSignal | undefined): AbortSignal {
  return own === undefined ? around : AbortSignal.any([around, own])
}
