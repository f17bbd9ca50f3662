export { repositoryConformance } from './repository-conformance.js'
export type { ConformanceSubject, Item, Items, ItemUnits, MakeSubject, SuiteOptions } from './subject.js'
export { unitOfWorkConformance } from './unit-of-work-conformance.js'
