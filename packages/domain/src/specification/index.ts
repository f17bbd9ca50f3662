export { allOf, always, anyOf, never, not } from './combine.js'
export { decimal } from './decimal.js'
export type { Explanation, FailedCondition } from './explain.js'
export type { Predicate } from './function-leaf.js'
export { operandOf } from './operand.js'
export type {
  ElementOperand,
  NeedsAnArrayField,
  NeedsAnOrderedField,
  NeedsATextField,
  Operand,
  OperandOf,
  OrderOperand,
  TextOperand,
} from './operand-types.js'
export type { Path, Scalar, ValueAt } from './paths.js'
export { Specification, specificationOf } from './specification.js'
export {
  type JsonFieldRules,
  type JsonFieldType,
  type JsonFilterOptions,
  specificationFromJson,
} from './specification-from-json.js'
export { type TextOptions, type Where, where } from './where.js'
