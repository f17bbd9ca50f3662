import type { Specification } from '@base/domain/specification'
import { and, type Column, isNull, type SQL, sql } from 'drizzle-orm'
import { rowsOf } from '../executor.js'
import { compileSpecification } from '../specification/compile-specification.js'
import type { Settings } from './options.js'
import { idIs } from './row-reader.js'
import { deletionOf } from './stamps.js'

/** Deletes rows of one repository, or marks them. */
export class RowRemover<T> {
  readonly #settings: Settings<T>

  constructor(settings: Settings<T>) {
    this.#settings = settings
  }

  /** Whether there was one. */
  async byId(id: unknown, signal: AbortSignal | undefined): Promise<boolean> {
    return (await this.#remove('delete', idIs(this.#settings, id), signal)) > 0
  }

  /** How many there were. */
  matching(specification: Specification<T>, signal: AbortSignal | undefined): Promise<number> {
    return this.#remove('deleteWhere', compileSpecification(specification, this.#settings.fields), signal)
  }

  /** Counted by the database: what was deleted is not sent. */
  async #remove(operation: string, where: SQL, signal: AbortSignal | undefined): Promise<number> {
    const { executor, statements } = this.#settings
    const statement = sql`with gone as (${this.#removal(where)}) select count(*)::integer as count from gone`
    const [row] = rowsOf(await statements.run(operation, executor.execute(statement), signal))
    return Number(row?.['count'] ?? 0)
  }

  #removal(where: SQL): SQL {
    const { executor, table, tracking, columns, version } = this.#settings
    if (tracking.deletedAt === undefined) {
      return executor.delete(table).where(where).returning({ one: sql`1` }).getSQL()
    }
    const next = version && { [version.name]: sql`${version.column} + 1` }
    return executor
      .update(table)
      .set({ ...deletionOf(this.#settings), ...next } as never)
      .where(and(where, isNull(columns[tracking.deletedAt] as Column)))
      .returning({ one: sql`1` })
      .getSQL()
  }
}
