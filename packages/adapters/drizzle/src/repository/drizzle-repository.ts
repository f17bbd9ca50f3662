import { NotFoundError } from '@base/core/errors'
import { checkBoolean, checkInteger, checkOptions, checkSignal, invalidOption } from '@base/core/options'
import type { Page } from '@base/domain/pagination'
import {
  type CallOptions,
  checkDeletion,
  type DeleteWhereOptions,
  type OrderedReadOptions,
  type PageOptions,
  type ReadOptions,
} from '@base/domain/repository'
import type { Specification } from '@base/domain/specification'
import type { PgTable } from 'drizzle-orm/pg-core'
import { isTransaction } from '../executor.js'
import { inTransaction } from '../in-transaction.js'
import { compileSpecification } from '../specification/compile-specification.js'
import {
  type ColumnName,
  type DrizzleRepositoryOptions,
  type MapperOf,
  type RowOf,
  readSettings,
  type Settings,
} from './options.js'
import { readPage } from './pages.js'
import { removeRows } from './remove-rows.js'
import type {
  LockingFindOptions,
  LockingOrderedReadOptions,
  LockingReadOptions,
  LockingRepository,
} from './row-lock.js'
import { idIs, RowReader } from './row-reader.js'
import { RowWriter } from './row-writer.js'
import { draftOf } from './stamps.js'

/**
 * A repository on a table of drizzle, on node-postgres or PGlite: the port of `@base/domain/repository`, whole.
 *
 * A save is one statement that looks at the version, and says who was faster where it finds another; `saveMany` is one for
 * the new ones and one for the changed ones where they have the same columns, and one for each changed one with SQL in it, all or
 * none. Pages and `stream` go by keyset, by all the precision that the columns have. Statements fail with the errors of `@base`, in which no value of a row or a parameter is found.
 *
 * @example
 * import { where } from '@base/domain/specification'
 *
 * const users = drizzleRepository({ executor: db, table: usersTable })
 * const ada = await users.save({ id: 1, name: 'Ada', version: 0 }) // version 1
 * await users.find(where<User>().startsWith('name', 'Ada'), { orderBy: [{ field: 'name' }] })
 *
 * @typeParam Source - The table.
 * @typeParam T - The entity; without a mapper the row, or what a row has all of.
 * @throws InvalidOptionError naming the option.
 */
export function drizzleRepository<
  Source extends PgTable,
  T extends object = RowOf<Source>,
  IdName extends ColumnName<Source> = 'id' & ColumnName<Source>,
>(
  options: DrizzleRepositoryOptions<Source, T, IdName> & MapperOf<Source, T>,
): LockingRepository<T, RowOf<Source>[IdName & keyof RowOf<Source>]> {
  return new DrizzleRepository(readSettings(options))
}

class DrizzleRepository<T extends object, Id> implements LockingRepository<T, Id> {
  readonly #settings: Settings<T>
  readonly #reader: RowReader<T>

  constructor(settings: Settings<T>) {
    this.#settings = settings
    this.#reader = new RowReader(settings)
  }

  async findById(id: Id, options: LockingReadOptions = {}): Promise<T | undefined> {
    begin(options)
    return this.#reader.byId(id, options)
  }

  async getById(id: Id, options: LockingReadOptions = {}): Promise<T> {
    const found = await this.findById(id, options)
    if (found !== undefined) return found
    throw new NotFoundError({ message: `There is no such ${this.#settings.name}.`, details: { id } })
  }

  async findOne(
    specification: Specification<T>,
    options: LockingOrderedReadOptions<T> = {},
  ): Promise<T | undefined> {
    const [first] = await this.find(specification, { ...checkCall(options), limit: 1 })
    return first
  }

  async find(specification: Specification<T>, options: LockingFindOptions<T> = {}): Promise<T[]> {
    const { offset = 0, limit = Number.POSITIVE_INFINITY } = begin(options)
    checkInteger(offset, at('offset'))
    checkInteger(limit, { ...at('limit'), infinity: true })
    return this.#reader.find(specification, { ...options, offset, limit })
  }

  async findPage(specification: Specification<T>, options: PageOptions<T> = {}): Promise<Page<T>> {
    begin(options)
    return readPage(this.#settings, this.#reader, specification, options)
  }

  stream(specification: Specification<T>, options: OrderedReadOptions<T> = {}): AsyncIterable<T> {
    return this.#reader.stream(specification, checkCall(options))
  }

  async count(specification: Specification<T>, options: ReadOptions = {}): Promise<number> {
    begin(options)
    return this.#reader.count(specification, options)
  }

  async exists(specification: Specification<T>, options: ReadOptions = {}): Promise<boolean> {
    begin(options)
    return this.#reader.any('exists', this.#reader.where(specification, options), options.signal)
  }

  async save(entity: T, options: CallOptions = {}): Promise<T> {
    const { signal } = begin(options)
    const row = await new RowWriter(this.#settings, this.#settings.executor, signal).save(entity)
    return this.#reader.written(row)
  }

  async saveMany(entities: readonly T[], options: CallOptions = {}): Promise<T[]> {
    const { signal } = begin(options)
    if (!Array.isArray(entities)) throw invalidOption(entities, at('entities'), 'an array of entities')
    // The list is the caller's, who may go on with it before the transaction has begun.
    const all = [...entities]
    if (all.length === 0) return []
    if (all.length === 1) return [await this.save(all[0] as T, { signal })]
    const drafts = all.map((entity) => draftOf(this.#settings, entity))
    const { statements, executor } = this.#settings
    const rows = await statements.run(
      'saveMany',
      inTransaction(executor, (tx) => new RowWriter(this.#settings, tx, signal).saveAll(drafts)),
      // In somebody's transaction nothing may be sent before the savepoint is taken back, so there it waits for that.
      isTransaction(executor) ? undefined : signal,
    )
    return rows.map((row) => this.#reader.written(row))
  }

  async delete(id: Id, options: CallOptions = {}): Promise<boolean> {
    const { signal } = begin(options)
    return (await removeRows(this.#settings, 'delete', idIs(this.#settings, id), signal)) > 0
  }

  async deleteWhere(specification: Specification<T>, options: DeleteWhereOptions = {}): Promise<number> {
    const { signal } = begin(options)
    checkDeletion(specification, options)
    const where = compileSpecification(specification, this.#settings.fields)
    return removeRows(this.#settings, 'deleteWhere', where, signal)
  }
}

const at = (option: string) => ({ package: '@base/drizzle', pattern: 'Repository', option })

/** Each call's, which has nothing that must be given. */
function checkCall<O extends ReadOptions>(options: O): O {
  const { signal, includeDeleted = false } = checkOptions(options, at('options'))
  checkSignal(signal, at('signal'))
  // From a query, say: a text is no yes.
  checkBoolean(includeDeleted, at('includeDeleted'))
  return options
}

/** The same of a call whose work is to begin. */
function begin<O extends ReadOptions>(options: O): O {
  checkCall(options).signal?.throwIfAborted()
  return options
}
