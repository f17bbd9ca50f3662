/**
 * A condition on a row of type `T`, as data: what a specification is made of, what a permission filter gives, and what
 * an adapter turns into a query. Plain objects that survive JSON. `checkedExpression` checks them, `compileExpression`
 * evaluates them, and the specifications of @base/domain build them.
 *
 * The logic is two-valued. A comparison with null is false and its negation true, in memory and in every adapter;
 * `undefined` in a row is null. An `and` of nothing is true, an `or` of nothing false.
 *
 * @example
 * const lisbon: Expression<User> = {
 *   op: 'and',
 *   of: [
 *     { op: 'equals', field: 'address.city', value: 'Lisbon' },
 *     { op: 'not', of: { op: 'isNull', field: 'verifiedAt' } },
 *   ],
 * }
 *
 * @typeParam T - The row. It exists for the compiler only, and an expression of an unstated row fits every row.
 */
export type Expression<T = unknown> = (Junction<T> | Negation<T> | Leaf) & RowType<T>

/** Holds the type of the row for the compiler; there is never such a property. */
export interface RowType<T> {
  /** Type only. */
  rowType?(row: T): void
}

/** All of these, or one of them at least. */
export interface Junction<T = unknown> {
  /** Whether all are needed, or one. */
  readonly op: 'and' | 'or'
  /** The parts. None: `and` is true, `or` is false. */
  readonly of: readonly Expression<T>[]
}

/** The opposite, nulls included: either a row satisfies it or it satisfies the part. */
export interface Negation<T = unknown> {
  /** Always `not`. */
  readonly op: 'not'
  /** What must not hold. */
  readonly of: Expression<T>
}

/** A condition on one field, or a function of the whole row. */
export type Leaf =
  | EqualityLeaf
  | OrderLeaf
  | RangeLeaf
  | TextLeaf
  | ListLeaf
  | NullLeaf
  | ElementLeaf
  | FunctionLeaf

/** What all conditions on a field have in common. */
export interface FieldLeaf {
  /** The path of the field, dotted: `'address.city'`. */
  readonly field: string
}

/** The field is this value, or is not. `notEquals` is the opposite of `equals`, so it is true of null. */
export interface EqualityLeaf extends FieldLeaf {
  /** Whether it must be the value, or must not. */
  readonly op: 'equals' | 'notEquals'
  /** The value; null matches null. */
  readonly value: ExpressionValue
}

/** The field comes before or after this value. Text by code point, NaN after Infinity. */
export interface OrderLeaf extends FieldLeaf {
  /** On which side of the value it must lie. */
  readonly op: 'greaterThan' | 'greaterThanOrEqual' | 'lessThan' | 'lessThanOrEqual'
  /** The value; never null. */
  readonly value: OrderedValue
}

/** The field lies between two ends, both included; reversed ends match nothing. */
export interface RangeLeaf extends FieldLeaf {
  /** Always `between`. */
  readonly op: 'between'
  /** Both ends. */
  readonly value: readonly [low: OrderedValue, high: OrderedValue]
}

/** The field is a text that holds this one. The empty text is in every text. */
export interface TextLeaf extends FieldLeaf {
  /** Where the text must stand. */
  readonly op: 'contains' | 'startsWith' | 'endsWith'
  /** The text, literally. */
  readonly value: string
  /** `A` to `Z` are `a` to `z`, and nothing else is folded. @defaultValue false */
  readonly ignoreCase?: boolean
}

/** The field is one of these values, null included where it is listed, or is none of them. */
export interface ListLeaf extends FieldLeaf {
  /** Whether it must be among the values, or must not. */
  readonly op: 'isIn' | 'isNotIn'
  /** The values; of none, `isIn` is false and `isNotIn` true. */
  readonly value: readonly ExpressionValue[]
}

/** The field is null or undefined, or is not. */
export interface NullLeaf extends FieldLeaf {
  /** Whether it must be null, or must not. */
  readonly op: 'isNull' | 'isNotNull'
}

/** The field is an array that holds this value. */
export interface ElementLeaf extends FieldLeaf {
  /** Always `hasElement`. */
  readonly op: 'hasElement'
  /** The element; null matches null. */
  readonly value: ExpressionValue
}

/** A function of the row. It runs in memory only: it is never sent, and never becomes a query. */
export interface FunctionLeaf {
  /** Always `satisfies`. */
  readonly op: 'satisfies'
  /** Names it in errors and explanations. */
  readonly name: string
}

/** The name of a condition on a field. */
export type FieldOperator = Exclude<Leaf, FunctionLeaf>['op']

/** A value in an expression. What JSON cannot hold is tagged. */
export type ExpressionValue = OrderedValue | boolean | null

/** A value that has an order. */
export type OrderedValue = string | number | TaggedNumber | TaggedBigint | TaggedDate | Decimal

/** What a field can be compared with. */
export type Scalar = string | number | bigint | boolean | Date | Decimal | null

/** A number that JSON would lose. */
export interface TaggedNumber {
  /** Its name. */
  readonly $number: 'NaN' | 'Infinity' | '-Infinity' | '-0'
}

/** A bigint. */
export interface TaggedBigint {
  /** In decimal digits: `'9007199254740993'`. */
  readonly $bigint: string
}

/** A point in time. */
export interface TaggedDate {
  /** As `Date.prototype.toISOString` writes it, to the millisecond. */
  readonly $date: string
}

/** An exact decimal number, compared by its value: `1.0` is `1.00`. */
export interface Decimal {
  /** As it was written: `'1.00'`. */
  readonly $decimal: string
}
