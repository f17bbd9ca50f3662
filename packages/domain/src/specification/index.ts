export { decimal, operandOf, type Predicate, type Scalar } from '@base/core/expression'
export { allOf, always, anyOf, never, not } from './combine.js'
export type { Explanation, FailedCondition } from './explain.js'
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
export type { Path, ValueAt } from './paths.js'
export { Specification, specificationOf } from './specification.js'
export {
  type JsonFieldRules,
  type JsonFieldType,
  type JsonFilterOptions,
  specificationFromJson,
} from './specification-from-json.js'
export { type TextOptions, type Where, where } from './where.js'
