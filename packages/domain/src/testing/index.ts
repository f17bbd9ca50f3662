export { type SpecificationEvaluator, specificationConformance } from './specification-conformance.js'
export { type SpecificationRow, specificationRows } from './specification-rows.js'
export type { ConformanceOptions, Make, Subject } from './subject.js'
