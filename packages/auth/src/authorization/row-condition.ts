import type {
  Decimal,
  Expression,
  ExpressionValue,
  OrderedValue,
  TaggedBigint,
  TaggedDate,
  TaggedNumber,
} from '@base/core/expression'
import type { RowPath, ValueAt } from './row-path.js'

/**
 * An expression on a row as it is written down: its fields are paths of the row, up to four names long, and each is compared
 * with what it may hold, or with null. A date is compared with `{ $date }`, a number also with `{ $bigint }` or a decimal.
 */
export type RowCondition<Row> =
  | AllOrAny<Row>
  | Not<Row>
  | Presence<RowPath<Row>>
  | LeafOfKind<Row, keyof Operands>
  | OwnLeaf<Row, RowPath<Row>>

/**
 * What a condition is made of, whatever the row. Beside a type that the compiler has yet to work out it keeps what is written
 * as it is written: `'status'` and not `string`.
 */
export interface AnyCondition {
  readonly op?: Expression['op'] | undefined
  readonly of?: AnyCondition | readonly AnyCondition[]
  readonly name?: string
  readonly field?: AnyText
  readonly value?: AnyValue | readonly AnyValue[] | readonly [AnyValue, AnyValue]
  readonly ignoreCase?: boolean
  readonly expression?: Expression<never>
}

/** Any text. Beside a plain `string` the compiler would forget which. */
type AnyText = (string & {}) | `${number}`

type AnyValue = AnyText | Exclude<ExpressionValue, string>

interface AllOrAny<Row> {
  readonly op: 'and' | 'or'
  readonly of: readonly RowCondition<Row>[]
}

interface Not<Row> {
  readonly op: 'not'
  readonly of: RowCondition<Row>
}

interface Presence<Field> {
  readonly op: 'isNull' | 'isNotNull'
  readonly field: Field
}

/** What the values of each kind are compared with, in the form that survives JSON. */
interface Operands {
  readonly text: string | Decimal
  readonly number: number | TaggedNumber | TaggedBigint | Decimal
  readonly boolean: boolean
  readonly date: TaggedDate
  readonly unknown: Exclude<ExpressionValue, null>
}

type KindOf<V> = unknown extends V
  ? 'unknown'
  : V extends string
    ? If<OwnOf<V>, never, 'text'>
    : V extends Decimal | bigint
      ? 'number'
      : V extends number
        ? If<OwnOf<V>, never, 'number'>
        : V extends boolean
          ? 'boolean'
          : V extends Date
            ? 'date'
            : never

/** Texts and numbers that are not all of their kind: `'open' | 'sent'`, a brand. */
type OwnOf<V> = V extends string | number ? (string extends V ? never : number extends V ? never : V) : never

/** The fields of a kind together, for a type for each would be slow where there are many. */
type LeafOfKind<Row, Kind extends keyof Operands> = Kind extends unknown
  ? Compared<FieldOfKind<Row, RowPath<Row>, Kind>, Operands[Kind]>
  : never

type FieldOfKind<Row, Field, Kind> = Field extends string
  ? Kind extends KindOf<ValueAt<Row, Field>>
    ? Field
    : never
  : never

/** Fields of which each has operands of its own. */
type OwnLeaf<Row, Field> = Field extends string ? OwnLeafOn<Field, ValueAt<Row, Field>> : never

type OwnLeafOn<Field, V> = If<OwnOf<V>, Compared<Field, OwnOf<V>>> | ElementOn<Field, V>

type ElementOn<Field, V> = V extends readonly (infer E)[] ? Element<Field, OperandOf<E>> : never

type OperandOf<V> = Operands[KindOf<V>] | OwnOf<V> | null

type If<T, Then, Else = never> = [T] extends [never] ? Else : Then

/** What fields with such operands can be asked. */
type Compared<Field, Operand> = If<
  Field,
  | Equality<Field, Operand | null>
  | Membership<Field, Operand | null>
  | Ordered<Field, Extract<Operand, OrderedValue>>
  | If<Extract<Operand, string>, TextMatch<Field>>
>

type Ordered<Field, Operand> = If<Operand, Order<Field, Operand> | Range<Field, Operand>>

interface Equality<Field, Operand> {
  readonly op: 'equals' | 'notEquals'
  readonly field: Field
  readonly value: Operand
}

interface Membership<Field, Operand> {
  readonly op: 'isIn' | 'isNotIn'
  readonly field: Field
  readonly value: readonly Operand[]
}

interface Order<Field, Operand> {
  readonly op: 'greaterThan' | 'greaterThanOrEqual' | 'lessThan' | 'lessThanOrEqual'
  readonly field: Field
  readonly value: Operand
}

interface Range<Field, Operand> {
  readonly op: 'between'
  readonly field: Field
  readonly value: readonly [low: Operand, high: Operand]
}

interface TextMatch<Field> {
  readonly op: 'contains' | 'startsWith' | 'endsWith'
  readonly field: Field
  readonly value: string
  readonly ignoreCase?: boolean
}

interface Element<Field, Operand> {
  readonly op: 'hasElement'
  readonly field: Field
  readonly value: Operand
}
