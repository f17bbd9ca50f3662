import { PAGING } from './repository-paging.js'
import { READING } from './repository-reading.js'
import { WRITING } from './repository-writing.js'
import { type Items, type MakeSubject, runLaws, type SuiteOptions } from './subject.js'

/**
 * What every `Repository` must do; an adapter is one when it passes this against the real system. The subject keeps items
 * `{ id, n, version }` and is empty.
 *
 * @example
 * import { type Item, repositoryConformance } from '@base/domain/testing'
 * import { test } from 'vitest'
 *
 * repositoryConformance(
 *   () => ({ subject: memoryRepository<Item, number>({ id: (item) => item.id, version: 'version' }) }),
 *   { test },
 * )
 */
export function repositoryConformance(make: MakeSubject<Items>, options: SuiteOptions): void {
  runLaws('Repository', [...WRITING, ...READING, ...PAGING], make, options)
}
