import { type ItemUnits, type MakeSubject, type SuiteOptions, subjectLaws } from './subject.js'
import { atomicity } from './unit-atomicity.js'
import { lifetime } from './unit-lifetime.js'
import { propagation } from './unit-propagation.js'

/**
 * What every `UnitOfWork` must do; an adapter is one when it passes this against the real system. The subject has one
 * repository, `items`, of items `{ id, n, version }`, which is empty. Units may run at once or one after the other; where they
 * cannot run at once, `requires_new` within another has to reject with kind `unsupported`: else it would wait for ever, which
 * the suite tells after some seconds.
 *
 * @example
 * import { type Item, unitOfWorkConformance } from '@base/domain/testing'
 * import { test } from 'vitest'
 *
 * unitOfWorkConformance(
 *   () => ({
 *     subject: memoryUnitOfWork({
 *       items: memoryRepository<Item, number>({ id: (item) => item.id, version: 'version' }),
 *     }),
 *   }),
 *   { test },
 * )
 */
export function unitOfWorkConformance(make: MakeSubject<ItemUnits>, options: SuiteOptions): void {
  const law = subjectLaws('UnitOfWork', make, options)
  atomicity(law)
  propagation(law)
  lifetime(law)
}
