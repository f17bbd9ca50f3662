import { checkFunction, checkOneOf, checkOptions, invalidOption } from '@base/core/options'
import { placeOf } from '../place.js'
import { withIdentities } from '../repository/identity-map.js'
import { MemoryRepository } from '../repository/memory-repository.js'
import { SharedRows } from '../repository/store.js'
import { isObject } from '../value-object/object-kind.js'
import { createUnitOfWork, type UnitOfWorkOptions } from './create-unit-of-work.js'
import type { BeginOptions, UnitDriver, UnitTransaction } from './driver.js'
import { MemoryTransaction, type Part } from './memory-transaction.js'
import { at, ISOLATIONS } from './run-options.js'
import { TransactionRows } from './transaction-rows.js'
import type { Isolation, UnitOfWork } from './unit-of-work.js'

/** Options of {@link memoryUnitOfWork}. */
export interface MemoryUnitOfWorkOptions extends UnitOfWorkOptions {
  /** The level of a unit that names none. @defaultValue 'read committed' */
  readonly isolation?: Isolation | undefined
}

/**
 * Units of work over repositories in memory, with the semantics of a database: a unit sees its own writes, others see them
 * once it is committed, all of them at once. Nobody waits for a lock; who comes second fails at the commit.
 *
 * Read committed: a unit sees what is committed now, and a version that has become stale is a ConflictError. Repeatable
 * read: it sees what was committed when it began, and a row that somebody else has written since is a serialization
 * failure, after which it is run again. Serializable: the same for a row that it has only read. The latter two copy the
 * list of rows, not the rows, when they begin.
 *
 * @example
 * const accounts = memoryRepository<Account, string>({ id: (account) => account.id, version: 'version' })
 * const unitOfWork = memoryUnitOfWork({ accounts })
 * await unitOfWork.run(async (tx) => {
 *   const account = await tx.accounts.getById('7')
 *   await tx.accounts.save({ ...account, balance: account.balance - 100n })
 * })
 *
 * @throws InvalidOptionError where one of them is not by `memoryRepository`, or an option is wrong.
 */
export function memoryUnitOfWork<Repos extends object>(
  repositories: Repos,
  options?: MemoryUnitOfWorkOptions,
): UnitOfWork<Repos>
/**
 * The same for repositories of your own over those: `make` is called once for each run, and each time that it is run again,
 * with what works as long as the function of that run.
 *
 * @example
 * const unitOfWork = memoryUnitOfWork({ users }, (tx) => ({ users: new Users(tx.users) }))
 *
 * @throws InvalidOptionError where one of the first is not by `memoryRepository`, or an option is wrong; from `run`, where
 * `make` gives no object, or a promise.
 */
export function memoryUnitOfWork<Kept extends object, Repos extends object>(
  repositories: Kept,
  make: (repositories: Kept) => Repos,
  options?: MemoryUnitOfWorkOptions,
): UnitOfWork<Repos>
export function memoryUnitOfWork(
  repositories: object,
  make: Make | MemoryUnitOfWorkOptions = {},
  options: MemoryUnitOfWorkOptions = {},
): UnitOfWork<object> {
  return typeof make === 'function'
    ? made(unitOfWork(repositories, options), make)
    : unitOfWork(repositories, make)
}

type Make = (repositories: object) => object

/** Made of what the run is given, so that what they do late is refused as it is. */
function made(units: UnitOfWork<object>, make: Make): UnitOfWork<object> {
  return {
    async run(fn, options) {
      checkFunction(fn, at('fn'))
      return units.run(async (kept, unit) => fn(checked(make(kept)), unit), options)
    },
  }
}

function checked(repositories: object): object {
  if (isObject(repositories) && !('then' in repositories)) return repositories
  const allowed = 'a function that gives an object, and no promise of one'
  throw invalidOption(repositories, placeOf('memoryUnitOfWork')('make'), allowed)
}

function unitOfWork(repositories: object, options: MemoryUnitOfWorkOptions): UnitOfWork<object> {
  const place = placeOf('memoryUnitOfWork')
  const { isolation = 'read committed' } = checkOptions(options, place('options'))
  checkOneOf(isolation, ISOLATIONS, place('isolation'))
  checkOptions(repositories, place('repositories'))
  const named = Object.entries(repositories).map(([name, repository]): [string, AnyRepository] => {
    if (repository instanceof MemoryRepository && repository.rows instanceof SharedRows)
      return [name, repository]
    const allowed = 'a repository by memoryRepository of the same copy of the package'
    throw invalidOption(repository, place(name), allowed)
  })
  return createUnitOfWork(new MemoryDriver(named, isolation), options)
}

type AnyRepository = MemoryRepository<object, unknown>

class MemoryDriver implements UnitDriver<object> {
  readonly #named: readonly (readonly [string, AnyRepository])[]
  readonly #isolation: Isolation

  constructor(named: readonly (readonly [string, AnyRepository])[], isolation: Isolation) {
    this.#named = named
    this.#isolation = isolation
  }

  async begin({ isolation = this.#isolation, readOnly }: BeginOptions): Promise<UnitTransaction<object>> {
    // By the rows, for one repository may have several names.
    const parts = new Map<unknown, Part>()
    const repositories: Record<string, AnyRepository> = {}
    for (const [name, { settings, rows: shared }] of this.#named) {
      const part =
        parts.get(shared) ?? partOf(settings, shared as SharedRows<object>, { isolation, readOnly })
      parts.set(shared, part)
      repositories[name] = new MemoryRepository(part.settings, part.rows)
    }
    return new MemoryTransaction(repositories, [...parts.values()])
  }
}

function partOf(
  settings: AnyRepository['settings'],
  shared: SharedRows<object>,
  how: ConstructorParameters<typeof TransactionRows>[1],
): Part {
  const rows = new TransactionRows(shared, how)
  return { rows, settings: withIdentities(settings, rows) }
}
