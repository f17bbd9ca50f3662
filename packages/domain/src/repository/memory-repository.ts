import { NotFoundError } from '@base/core/errors'
import { checkedExpression, findFunction } from '@base/core/expression'
import { checkInteger, invalidOption } from '@base/core/options'
import type { Page } from '../pagination/page.js'
import type { Specification } from '../specification/specification.js'
import { at, checkCall, checkDeletion, checkSpecification } from './checks.js'
import { keyOf } from './key-of.js'
import { orderRows, rowOrder } from './memory-order.js'
import { pageOf } from './memory-page.js'
import { type MemoryRepositoryOptions, readSettings, type Settings } from './memory-settings.js'
import { MemoryWriter } from './memory-writer.js'
import type {
  CallOptions,
  DeleteWhereOptions,
  FindOptions,
  OrderedReadOptions,
  PageOptions,
  ReadOptions,
  Repository,
} from './repository.js'
import { Overlay, type Rows, SharedRows, type Stored } from './store.js'

/**
 * A repository in memory, with the semantics of one on a database: copies in and out, versions, soft delete, order,
 * keyset pages, and transactions by `memoryUnitOfWork`. For tests, prototypes, and data that may be lost.
 *
 * @example
 * interface User { id: string; name: string; version?: number }
 * const users = memoryRepository<User, string>({ id: (user) => user.id, version: 'version' })
 * const ada = await users.save({ id: '1', name: 'Ada' }) // version 1
 * await users.save({ ...ada, name: 'Ada Lovelace' }) // version 2
 * await users.find(where<User>().startsWith('name', 'Ada'))
 *
 * @throws InvalidOptionError naming the option.
 */
export function memoryRepository<T extends object, Id>(
  options: MemoryRepositoryOptions<T, Id>,
): Repository<T, Id> {
  return new MemoryRepository(readSettings(options), new SharedRows<T>())
}

/** What `memoryUnitOfWork` needs of a repository of ours. */
export class MemoryRepository<T extends object, Id> implements Repository<T, Id> {
  readonly settings: Settings<T, Id>
  readonly rows: Rows<T>

  constructor(settings: Settings<T, Id>, rows: Rows<T>) {
    this.settings = settings
    this.rows = rows
  }

  async findById(id: Id, options: ReadOptions = {}): Promise<T | undefined> {
    checkCall(options).signal?.throwIfAborted()
    const row = this.rows.get(keyOf(id))
    return row === undefined || !isVisible(row, options) ? undefined : this.settings.toGiven(row.entity)
  }

  async getById(id: Id, options: ReadOptions = {}): Promise<T> {
    const found = await this.findById(id, options)
    if (found !== undefined) return found
    throw new NotFoundError({ message: `There is no such ${this.settings.name}.`, details: { id } })
  }

  async findOne(
    specification: Specification<T>,
    options: OrderedReadOptions<T> = {},
  ): Promise<T | undefined> {
    checkCall(options).signal?.throwIfAborted()
    const [first] = this.#select(specification, options)
    return first && this.settings.toGiven(first.entity)
  }

  async find(specification: Specification<T>, options: FindOptions<T> = {}): Promise<T[]> {
    const { signal, offset = 0, limit = Number.POSITIVE_INFINITY } = checkCall(options)
    signal?.throwIfAborted()
    checkInteger(offset, at('offset'))
    checkInteger(limit, { ...at('limit'), infinity: true })
    return this.#select(specification, options)
      .slice(offset, offset + limit)
      .map(({ entity }) => this.settings.toGiven(entity))
  }

  async findPage(specification: Specification<T>, options: PageOptions<T> = {}): Promise<Page<T>> {
    checkCall(options).signal?.throwIfAborted()
    return pageOf(this.settings, this.#matching(specification, options), options)
  }

  async *stream(specification: Specification<T>, options: OrderedReadOptions<T> = {}): AsyncIterable<T> {
    checkCall(options).signal?.throwIfAborted()
    for (const { entity } of this.#select(specification, options)) {
      options.signal?.throwIfAborted()
      yield this.settings.toGiven(entity)
    }
  }

  async count(specification: Specification<T>, options: ReadOptions = {}): Promise<number> {
    checkCall(options).signal?.throwIfAborted()
    return this.#matching(specification, options).length
  }

  async exists(specification: Specification<T>, options: ReadOptions = {}): Promise<boolean> {
    return (await this.count(specification, options)) > 0
  }

  async save(entity: T, options: CallOptions = {}): Promise<T> {
    const [saved] = await this.saveMany([entity], options)
    return saved as T
  }

  async saveMany(entities: readonly T[], options: CallOptions = {}): Promise<T[]> {
    if (!Array.isArray(entities)) throw invalidOption(entities, at('entities'), 'an array of entities')
    const kept = await this.#write(options, (writer) => entities.map((entity) => writer.save(entity)))
    return kept.map((entity) => this.settings.toGiven(entity))
  }

  async delete(id: Id, options: CallOptions = {}): Promise<boolean> {
    return this.#write(options, (writer) => writer.delete(keyOf(id)))
  }

  async deleteWhere(specification: Specification<T>, options: DeleteWhereOptions = {}): Promise<number> {
    checkDeletion(specification, checkCall(options))
    const keys = this.#matching(specification, {}).map(({ entity }) => keyOf(this.settings.id(entity)))
    return this.#write(options, (writer) => keys.filter((key) => writer.delete(key)).length)
  }

  /** All of it or nothing: writes go to an overlay first. */
  async #write<R>(options: CallOptions, work: (writer: MemoryWriter<T, Id>) => R): Promise<R> {
    checkCall(options).signal?.throwIfAborted()
    const overlay = new Overlay(this.rows)
    const result = work(new MemoryWriter(this.settings, overlay))
    overlay.apply()
    return result
  }

  #select(specification: Specification<T>, options: OrderedReadOptions<T>): readonly Stored<T>[] {
    const rows = this.#matching(specification, options)
    return options.orderBy === undefined ? rows : orderRows(rows, rowOrder(this.settings, options.orderBy))
  }

  #matching(specification: Specification<T>, options: ReadOptions): readonly Stored<T>[] {
    checkSpecification(specification)
    // It may change what it is given, as by sorting a list of it.
    const hasFunction = findFunction(checkedExpression(specification.expression)) !== undefined
    const found: Stored<T>[] = []
    for (const [, row] of this.rows.entries()) {
      const judged = hasFunction ? this.settings.toJudged(row.entity) : row.entity
      if (isVisible(row, options) && specification.isSatisfiedBy(judged)) found.push(row)
    }
    return found
  }
}

function isVisible(row: Stored<unknown>, { includeDeleted = false }: ReadOptions): boolean {
  return includeDeleted || !row.deleted
}
