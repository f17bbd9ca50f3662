import { isAbortSignal } from '@base/core/abort'
import { type Clock, systemClock } from '@base/core/clock'
import { checkFunction, checkMethods, checkOneOf, checkOptions, invalidOption } from '@base/core/options'
import {
  type BeginOptions,
  createUnitOfWork,
  type Isolation,
  type RunOptions,
  type Savepoint,
  type Unit,
  type UnitOfWork,
  type UnitOfWorkOptions,
  type UnitTransaction,
} from '@base/domain/unit-of-work'
import type { Executor } from '../executor.js'
import { type DatabaseTransaction, type Open, openOf, type UnitDatabase } from './database.js'
import { Savepoints } from './savepoints.js'
import { inScope, isWithin, noteUnit, type OpenUnit, unitOf } from './scope.js'
import { transactionExecutor } from './transaction-executor.js'

const place = { package: '@base/drizzle', pattern: 'drizzleUnitOfWork' }

const ISOLATIONS: readonly Isolation[] = ['read committed', 'repeatable read', 'serializable']

/** Options of {@link drizzleUnitOfWork}. */
export interface DrizzleUnitOfWorkOptions extends UnitOfWorkOptions {
  /** The level of a unit that names none. @defaultValue the database's own, usually 'read committed' */
  readonly isolation?: Isolation | undefined
}

/**
 * Units of work on PostgreSQL or PGlite. `repositories` is called once for each transaction, with drizzle on it: what it
 * makes lives as long as the unit, and works in it alone. That executor's own `transaction` is a savepoint.
 *
 * Success is what the database has confirmed: a COMMIT that it answers by ROLLBACK, because a statement had failed and
 * nobody looked, is a TransactionAbortedError with that statement's error as its cause. Statements fail with the errors of
 * `@base`, in which no value of a row or a parameter is found. An abort cancels the statement that runs. What would begin or end
 * the transaction, such as `commit`, also behind another statement, is not sent: UnsupportedError.
 *
 * A row that is read again by one of its repositories is the same object while the row is the same, of the 10,000 that were read
 * last, or fewer large ones: who reads one that was changed, by whomever, is given what is there. After a nested unit or a part was
 * taken back each is another object. An object of a class of yours, of a
 * `customType`, does not show whether it is the same; a row with one is another object each time.
 *
 * @example
 * const unitOfWork = drizzleUnitOfWork(nodePostgres(pool), (executor) => ({
 *   orders: drizzleRepository({ executor, table: orders }),
 *   stock: drizzleRepository({ executor, table: stock }),
 * }))
 * await unitOfWork.run(async (tx) => {
 *   await tx.orders.save(order)
 *   await tx.stock.save(item)
 * })
 *
 * @throws InvalidOptionError naming the option.
 */
export function drizzleUnitOfWork<Repos extends object>(
  database: UnitDatabase,
  repositories: (executor: Executor) => Repos,
  options: DrizzleUnitOfWorkOptions = {},
): UnitOfWork<Repos> {
  const { isolation, clock = systemClock, ...others } = checkOptions(options, place)
  const open = openOf(database)
  if (open === undefined)
    throw invalidOption(database, { ...place, option: 'database' }, 'nodePostgres(pool) or pglite(client)')
  checkFunction(repositories, { ...place, option: 'repositories' })
  checkMethods(clock, ['sleep', 'schedule'], { ...place, option: 'clock' })
  if (isolation !== undefined) checkOneOf(isolation, ISOLATIONS, { ...place, option: 'isolation' })
  const { resource } = database
  return new DrizzleUnitOfWork({ resource, open, repositories, isolation, clock }, { ...others, clock })
}

interface Parts<Repos> {
  readonly resource: object
  readonly open: Open
  readonly repositories: (executor: Executor) => Repos
  readonly isolation: Isolation | undefined
  readonly clock: Clock
}

class DrizzleUnitOfWork<Repos extends object> implements UnitOfWork<Repos> {
  readonly #parts: Parts<Repos>
  readonly #units: UnitOfWork<Repos>

  constructor(parts: Parts<Repos>, options: UnitOfWorkOptions) {
    this.#parts = parts
    this.#units = createUnitOfWork<Repos>({ begin: (begin) => this.#begin(begin) }, options)
  }

  async run<R>(fn: (tx: Repos, unit: Unit) => Promise<R>, options?: RunOptions): Promise<R> {
    return inScope(this, () => {
      const sound = typeof fn === 'function' ? this.#sound(fn) : fn
      const unit = options?.propagation === 'nested' ? unitOf(this) : undefined
      return unit === undefined ? this.#units.run(sound, options) : this.#nested(unit, sound, { ...options })
    })
  }

  /**
   * A nested unit waits for its turn before it is run: else those after it would wait for it also within the part that it waits
   * for. It waits in one that joins, so that the unit does not end before, and whose success is its outcome.
   */
  async #nested<R>(
    unit: OpenUnit,
    fn: (tx: Repos, unit: Unit) => Promise<R>,
    { signal, ...options }: RunOptions,
  ): Promise<R> {
    const ends = isAbortSignal(signal) ? signal : undefined
    const nested = () => unit.nested(() => this.#units.run(fn, { ...options, signal }), ends)
    const joined = { ...options, propagation: 'required' } as const
    const [outcome] = await this.#units.run(() => Promise.allSettled([nested()]), joined)
    if (outcome.status === 'rejected') throw outcome.reason
    return outcome.value
  }

  /**
   * A function that swallowed the failure of a statement has not succeeded, be it that of a nested unit or of the whole. What it
   * hooks is called unless a part around it was taken back.
   */
  #sound<R>(fn: (tx: Repos, unit: Unit) => Promise<R>): (tx: Repos, unit: Unit) => Promise<R> {
    return async (tx, unit) => {
      const isUndone = unitOf(this)?.undoing()
      const result = await fn(tx, isUndone === undefined ? unit : hookedUnless(isUndone, unit))
      unitOf(this)?.ensureSound()
      return result
    }
  }

  async #begin(options: BeginOptions): Promise<UnitTransaction<Repos>> {
    const { resource, open, repositories, clock } = this.#parts
    const isolation = options.isolation ?? this.#parts.isolation
    const transaction = await open({ ...options, isolation, clock, owner: this }).catch((error: unknown) => {
      options.signal.throwIfAborted()
      throw error
    })
    try {
      const unit = new DrizzleTransaction(resource, transaction, repositories)
      noteUnit(unit)
      return unit
    } catch (error) {
      // What makes the repositories has thrown.
      await transaction.rollback().catch(() => {})
      throw error
    }
  }
}

/** The unit, whose hooks do nothing where the work that they are about is undone. */
function hookedUnless(isUndone: () => boolean, { signal, beforeCommit, afterCommit }: Unit): Unit {
  const unless = (hook: () => unknown) =>
    typeof hook === 'function' ? () => (isUndone() ? undefined : hook()) : hook
  return {
    signal,
    beforeCommit: (hook) => beforeCommit(unless(hook)),
    afterCommit: (hook) => afterCommit(unless(hook)),
  }
}

class DrizzleTransaction<Repos extends object> implements UnitTransaction<Repos>, OpenUnit {
  readonly resource: object
  readonly repositories: Repos
  readonly #transaction: DatabaseTransaction
  readonly #savepoints: Savepoints

  constructor(
    resource: object,
    transaction: DatabaseTransaction,
    repositories: (executor: Executor) => Repos,
  ) {
    this.resource = resource
    this.#transaction = transaction
    const isAround = () => isWithin(this)
    this.#savepoints = new Savepoints((statement) => transaction.command(statement), isAround)
    const { driver, statements } = transaction
    this.repositories = checkMade(repositories(transactionExecutor(driver, statements, this.#savepoints)))
  }

  get isOpen(): boolean {
    return this.#transaction.statements.isOpen
  }

  ensureSound(): void {
    this.#transaction.statements.ensureSound()
    this.#savepoints.ensureSound()
  }

  async commit(): Promise<void> {
    try {
      // Hooks come after the function.
      this.#savepoints.ensureSound()
    } catch (error) {
      await this.#transaction.rollback()
      throw error
    }
    await this.#transaction.commit()
  }

  rollback(): Promise<void> {
    return this.#transaction.rollback()
  }

  savepoint(): Promise<Savepoint> {
    return this.#savepoints.open()
  }

  undoing(): (() => boolean) | undefined {
    return this.#savepoints.undoing()
  }

  nested<R>(unit: () => Promise<R>, signal: AbortSignal | undefined): Promise<R> {
    return this.#savepoints.nested(unit, signal)
  }
}

/** What the repositories are: an async function would give a promise of them, which has none. */
function checkMade<Repos extends object>(made: Repos): Repos {
  const isPromise = made instanceof Promise
  if (['object', 'function'].includes(typeof made) && made !== null && !isPromise) return made
  // Nobody else waits for it.
  if (isPromise) made.catch(() => {})
  const at = { ...place, option: 'repositories' }
  throw invalidOption(made, at, 'a function that gives an object, and no promise of it')
}
