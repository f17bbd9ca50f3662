import type { Repository } from '../repository/repository.js'
import { ordering } from './repository-ordering.js'
import { paging } from './repository-paging.js'
import { racing } from './repository-racing.js'
import { reading } from './repository-reading.js'
import { writing } from './repository-writing.js'
import type { SpecificationRow } from './specification-rows.js'
import { type Items, type MakeSubject, type SuiteOptions, subjectLaws } from './subject.js'

/** Options of {@link repositoryConformance}. */
export interface RepositorySuiteOptions extends SuiteOptions {
  /**
   * Makes a second, empty repository, of the rows that `specificationConformance` is about, without versions: proves the order of
   * texts, numbers, bigints, booleans and dates, where null goes in it, and that pages lose no row over that. What keeps rows with
   * columns that may be null needs it. @defaultValue nothing is proved about null and about the order of other values than numbers
   */
  readonly rows?: MakeSubject<Repository<SpecificationRow, number>> | undefined
}

/**
 * What every `Repository` must do; an adapter is one when it passes this against the real system. The subject keeps items
 * `{ id, n, version }` and is empty; that of `rows` keeps a column for each kind of value, all of which may be null.
 *
 * @example
 * import { type Item, repositoryConformance, type SpecificationRow } from '@base/domain/testing'
 * import { test } from 'vitest'
 *
 * repositoryConformance(
 *   () => ({ subject: memoryRepository<Item, number>({ id: (item) => item.id, version: 'version' }) }),
 *   { test, rows: () => ({ subject: memoryRepository<SpecificationRow, number>({ id: (row) => row.id }) }) },
 * )
 */
export function repositoryConformance(make: MakeSubject<Items>, options: RepositorySuiteOptions): void {
  const law = subjectLaws('Repository', make, options)
  writing(law)
  racing(law)
  reading(law)
  paging(law)
  if (options.rows !== undefined) ordering(subjectLaws('Repository', options.rows, options))
}
