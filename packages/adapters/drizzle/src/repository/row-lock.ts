import { checkOneOf, invalidOption } from '@base/core/options'
import type { FindOptions, OrderedReadOptions, ReadOptions, Repository } from '@base/domain/repository'
import type { Specification } from '@base/domain/specification'
import { type Executor, isTransaction } from '../executor.js'

/** How rows are locked: `update` against every other lock and every change, `share` against changes alone. */
export type RowLock = 'update' | 'share'

/** What a read within a transaction can ask for besides. */
export interface LockOptions {
  /**
   * Locks what is found, and what an `offset` leaves out, until the transaction ends: who wants to change it meanwhile waits. To
   * be had in a unit of work or a transaction alone. Rows that several lock should be found in one order, or two may wait for
   * each other, which the database ends by an error. @defaultValue none
   *
   * @see PostgreSQL documentation, "Row-Level Locks"
   */
  readonly lock?: RowLock | undefined
}

/** Options of {@link LockingRepository.findById} and `getById`. */
export interface LockingReadOptions extends ReadOptions, LockOptions {}

/** Options of {@link LockingRepository.findOne}. */
export interface LockingOrderedReadOptions<T> extends OrderedReadOptions<T>, LockOptions {}

/** Options of {@link LockingRepository.find}. */
export interface LockingFindOptions<T> extends FindOptions<T>, LockOptions {}

/** A `Repository` whose reads can lock the rows that they find. */
export interface LockingRepository<T, Id> extends Repository<T, Id> {
  findById(id: Id, options?: LockingReadOptions): Promise<T | undefined>
  getById(id: Id, options?: LockingReadOptions): Promise<T>
  findOne(specification: Specification<T>, options?: LockingOrderedReadOptions<T>): Promise<T | undefined>
  find(specification: Specification<T>, options?: LockingFindOptions<T>): Promise<T[]>
}

/** The lock that a read asks for. @throws InvalidOptionError where it is none, or would end with the read. */
export function lockOf({ lock }: LockOptions, executor: Executor): RowLock | undefined {
  if (lock === undefined) return undefined
  const place = { package: '@base/drizzle', pattern: 'Repository', option: 'lock' }
  checkOneOf(lock, ['update', 'share'], place)
  if (isTransaction(executor)) return lock
  throw invalidOption(
    lock,
    place,
    'a lock in a unit of work or a transaction, for outside it ends with the read',
  )
}
