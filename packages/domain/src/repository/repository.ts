import type { OrderBy } from '../pagination/order.js'
import type { Page } from '../pagination/page.js'
import type { Specification } from '../specification/specification.js'

/** Options of every call. */
export interface CallOptions {
  /** Ends the call: it rejects with the signal's reason. A write that has begun may still take effect. */
  readonly signal?: AbortSignal | undefined
}

/** Options of every read. */
export interface ReadOptions extends CallOptions {
  /** Whether deleted ones are read too, where the repository deletes softly. @defaultValue false */
  readonly includeDeleted?: boolean | undefined
}

/** Options of {@link Repository.findOne} and {@link Repository.stream}. */
export interface OrderedReadOptions<T> extends ReadOptions {
  /** The order; the id decides between what is equal in it. @defaultValue no particular one */
  readonly orderBy?: readonly OrderBy<T>[] | undefined
}

/** Options of {@link Repository.find}. */
export interface FindOptions<T> extends OrderedReadOptions<T> {
  /** At most so many, an integer from 0. @defaultValue all */
  readonly limit?: number | undefined
  /** Leaves out so many first, an integer from 0; to page through a list that changes, use `findPage`. @defaultValue 0 */
  readonly offset?: number | undefined
}

/** Options of {@link Repository.findPage}. */
export interface PageOptions<T> extends OrderedReadOptions<T> {
  /** At most so many, an integer from 1 to 10,000. @defaultValue 20 */
  readonly limit?: number | undefined
  /** The page that begins right after the row of this cursor. Not together with `before`. */
  readonly after?: string | null | undefined
  /** The page that ends right before the row of this cursor. Not together with `after`. */
  readonly before?: string | null | undefined
}

/** Options of {@link Repository.deleteWhere}. */
export interface DeleteWhereOptions extends CallOptions {
  /** Says that deleting everything is meant, where the specification is always true. @defaultValue false */
  readonly all?: boolean | undefined
}

/**
 * A collection of entities that is kept somewhere: the port that domain code sees. What comes out is a copy, in a unit of
 * work one for all who read it; changing it changes nothing that is kept until it is saved.
 *
 * Versions, where the repository has them: 0 or none means new, and saving it where the id exists is a conflict; above 0
 * means that it was read, and saving it where somebody else has saved since is a conflict. Each save adds one.
 *
 * An adapter is a repository when it passes `repositoryConformance` of `@base/domain/testing`.
 *
 * @see Martin Fowler, Patterns of Enterprise Application Architecture, "Repository"
 */
export interface Repository<T, Id> {
  /** The one with this id; `undefined` where there is none. */
  findById(id: Id, options?: ReadOptions): Promise<T | undefined>
  /** The one with this id. @throws NotFoundError where there is none; details `{ id }`. */
  getById(id: Id, options?: ReadOptions): Promise<T>
  /** The first that satisfies the specification; `undefined` where none does. */
  findOne(specification: Specification<T>, options?: OrderedReadOptions<T>): Promise<T | undefined>
  /** All that satisfy the specification. */
  find(specification: Specification<T>, options?: FindOptions<T>): Promise<T[]>
  /**
   * A page of those that satisfy the specification, by keyset: no row is repeated or skipped because others are added or
   * deleted, as long as its own keys stay. A cursor is bound to the order, not to the repository: it holds the keys of a
   * row, so it only ever says where to go on.
   *
   * @throws InvalidCursorError where the cursor is malformed, of another order or version, or its signature is wrong.
   * @throws UnsupportedError where the keys of a row are too long for a cursor, which has at most 65,536 characters.
   */
  findPage(specification: Specification<T>, options?: PageOptions<T>): Promise<Page<T>>
  /** Those that satisfy the specification, one by one, without holding all in memory. */
  stream(specification: Specification<T>, options?: OrderedReadOptions<T>): AsyncIterable<T>
  /** How many satisfy the specification. */
  count(specification: Specification<T>, options?: ReadOptions): Promise<number>
  /** Whether one satisfies the specification. */
  exists(specification: Specification<T>, options?: ReadOptions): Promise<boolean>
  /**
   * Saves one, new or changed, and returns it with its new version.
   *
   * @throws ConflictError where it was saved or made by somebody else meanwhile; details `{ id, expected, actual }`.
   * @throws NotFoundError where it has a version above 0, but is gone; details `{ id }`.
   */
  save(entity: T, options?: CallOptions): Promise<T>
  /** Saves all or none, in their order; the error names the one that could not be. */
  saveMany(entities: readonly T[], options?: CallOptions): Promise<T[]>
  /** Deletes the one with this id. Whether there was one. */
  delete(id: Id, options?: CallOptions): Promise<boolean>
  /**
   * Deletes all that satisfy the specification. How many there were.
   *
   * @throws InvalidOptionError where the specification is always true and `all` is not set.
   */
  deleteWhere(specification: Specification<T>, options?: DeleteWhereOptions): Promise<number>
}
