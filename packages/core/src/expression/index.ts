export { compareCodePoints } from './compare.js'
export { type CompiledLeaf, compileExpression, compileLeaf, type ExpressionTest } from './compile.js'
export { type DecimalValue, decimal, decimalValue } from './decimal.js'
export type {
  Decimal,
  ElementLeaf,
  EqualityLeaf,
  Expression,
  ExpressionValue,
  FieldLeaf,
  FieldOperator,
  FunctionLeaf,
  Junction,
  Leaf,
  ListLeaf,
  Negation,
  NullLeaf,
  OrderedValue,
  OrderLeaf,
  RangeLeaf,
  RowType,
  Scalar,
  TaggedBigint,
  TaggedDate,
  TaggedNumber,
  TextLeaf,
} from './expression.js'
export { type FieldReader, fieldReader, isFieldPath } from './field.js'
export { findFunction, functionLeaf, functionUnsupported, type Predicate } from './function-leaf.js'
export {
  type ExpressionReport,
  FIELD_OPERATORS,
  isFieldOperator,
  leafOf,
  type OperandKind,
  type RawLeaf,
} from './leaf.js'
export { operandOf } from './operand.js'
export {
  checkedExpression,
  type ExpressionRules,
  type RawExpression,
  readExpression,
} from './read-expression.js'
export { junction, negation } from './sealed.js'
