import { type Clock, systemClock } from '@base/core/clock'
import { type ContextKey, createContextKey } from '@base/core/context'
import { uuidv7 } from '@base/core/id'
import { checkBoolean, checkFunction, checkMethods, checkOneOf, invalidOption } from '@base/core/options'
import type { BeginOptions, TransactionDriver } from './driver.js'
import { TransactionForbiddenError, TransactionRequiredError } from './errors.js'
import { OpenUnit, type Work } from './open-unit.js'
import { isRetryable } from './retryable.js'
import type { Isolation, Propagation, RunOptions, UnitOfWork } from './unit-of-work.js'

const MAX_RUNS = 5

/** Pauses between runs, in milliseconds: random, up to twice the one before. */
const FIRST_PAUSE = 10
const MAX_PAUSE = 1_000

const PROPAGATIONS: readonly Propagation[] = ['required', 'nested', 'requires_new', 'mandatory', 'never']
const ISOLATIONS: readonly Isolation[] = ['read committed', 'repeatable read', 'serializable']

/** Options of {@link createUnitOfWork}. */
export interface UnitOfWorkOptions {
  /** Source of time, for the pauses between runs. @defaultValue systemClock */
  readonly clock?: Clock
  /** Source of randomness, for the same: from 0 up to, not including, 1. @defaultValue Math.random */
  readonly random?: () => number
}

/**
 * Makes a unit of work over a driver: for those who write an adapter. It keeps the rules that all units share
 * (propagation, hooks, closed repositories, swallowed failures, running again), so that a driver only begins, commits,
 * rolls back and sets savepoints.
 *
 * @throws InvalidOptionError naming the option.
 */
export function createUnitOfWork<Repos>(
  driver: TransactionDriver<Repos>,
  { clock = systemClock, random = Math.random }: UnitOfWorkOptions = {},
): UnitOfWork<Repos> {
  const place = { package: '@base/domain', pattern: 'createUnitOfWork' }
  checkFunction(driver?.begin, { ...place, option: 'driver.begin' })
  checkMethods(clock, ['sleep'], { ...place, option: 'clock' })
  checkFunction(random, { ...place, option: 'random' })
  return new DrivenUnitOfWork(driver, clock, random)
}

class DrivenUnitOfWork<Repos> implements UnitOfWork<Repos> {
  readonly #driver: TransactionDriver<Repos>
  readonly #clock: Clock
  readonly #random: () => number
  // Of this one alone: a unit of another store is no unit of this one.
  readonly #key: ContextKey<OpenUnit<Repos>> = createContextKey(`@base/domain/unit-of-work/${uuidv7()}`)

  constructor(driver: TransactionDriver<Repos>, clock: Clock, random: () => number) {
    this.#driver = driver
    this.#clock = clock
    this.#random = random
  }

  async run<R>(work: Work<Repos, R>, options: RunOptions = {}): Promise<R> {
    checkFunction(work, at('fn'))
    const { propagation = 'required', isolation, signal } = checkOptions(options)
    signal?.throwIfAborted()
    const open = this.#open()
    if (open === undefined) {
      if (propagation === 'mandatory') throw new TransactionRequiredError()
      return this.#runNew(work, options)
    }
    if (propagation === 'never') throw new TransactionForbiddenError()
    if (propagation === 'requires_new') return this.#runNew(work, options)
    if (isolation !== undefined && isolation !== open.isolation) {
      throw invalidOption(isolation, at('isolation'), `'${open.isolation}', that of the open unit`)
    }
    return propagation === 'nested' ? open.nest(this.#key, work) : open.join(work)
  }

  /** The unit that is open here. One that has ended may still be seen by what it started and did not wait for. */
  #open(): OpenUnit<Repos> | undefined {
    const unit = this.#key.get()
    return unit?.closed === false ? unit : undefined
  }

  async #runNew<R>(work: Work<Repos, R>, options: RunOptions): Promise<R> {
    const { isolation = 'read committed', readOnly = false, signal } = options
    const begin: BeginOptions = { isolation, readOnly, signal }
    for (let run = 1; ; run++) {
      try {
        const transaction = await this.#driver.begin(begin)
        return await new OpenUnit(transaction, begin).complete(this.#key, work)
      } catch (error) {
        if (run === MAX_RUNS || !isRetryable(error) || signal?.aborted === true) throw error
        const longest = Math.min(FIRST_PAUSE * 2 ** (run - 1), MAX_PAUSE)
        await this.#clock.sleep(Math.ceil(this.#random() * longest), { signal })
      }
    }
  }
}

function checkOptions(options: RunOptions): RunOptions {
  const { propagation, isolation, readOnly } = options
  if (propagation !== undefined) checkOneOf(propagation, PROPAGATIONS, at('propagation'))
  if (isolation !== undefined) checkOneOf(isolation, ISOLATIONS, at('isolation'))
  if (readOnly !== undefined) checkBoolean(readOnly, at('readOnly'))
  return options
}

function at(option: string): { package: string; pattern: string; option: string } {
  return { package: '@base/domain', pattern: 'UnitOfWork.run', option }
}
