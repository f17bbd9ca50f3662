import type { Decimal, Scalar } from '@base/core/expression'
import type { ValueAt } from './paths.js'

/** What takes the place of an operand where the field has no order. Nothing is of this type. */
export interface NeedsAnOrderedField {
  /** What the field would have to be. */
  readonly [NEEDS]: 'a text, number, bigint, date or decimal'
}

/** What takes the place of an operand where the field is no text. Nothing is of this type. */
export interface NeedsATextField {
  /** What the field would have to be. */
  readonly [NEEDS]: 'a text'
}

/** What takes the place of an operand where the field is no array. Nothing is of this type. */
export interface NeedsAnArrayField {
  /** What the field would have to be. */
  readonly [NEEDS]: 'an array'
}

declare const NEEDS: unique symbol

/** What a field of type `V` can be compared with: its own values, a decimal for text and numbers, null if it can be absent. */
export type OperandOf<V> = unknown extends V
  ? Scalar
  : V extends string
    ? string extends V
      ? V | Decimal
      : V
    : V extends number | bigint
      ? V | Decimal
      : V extends boolean | Date | Decimal | null
        ? V
        : V extends undefined
          ? null
          : never

type Ordered<V> = V extends string | number | bigint | Date | Decimal ? V : never

/** The operand of `equals` and its kin for the field at a path. */
export type Operand<T, P> = OperandOf<ValueAt<T, P>>

/** The operand of the order operators for the field at a path. */
export type OrderOperand<T, P> = Or<Ordered<OperandOf<ValueAt<T, P>>>, NeedsAnOrderedField>

/** The operand of the text operators for the field at a path. */
export type TextOperand<T, P> =
  unknown extends ValueAt<T, P>
    ? string
    : Extract<ValueAt<T, P>, string> extends never
      ? NeedsATextField
      : string

/** The operand of `hasElement` for the field at a path. */
export type ElementOperand<T, P> = Or<Element<ValueAt<T, P>>, NeedsAnArrayField>

type Element<V> = unknown extends V ? Scalar : V extends readonly (infer E)[] ? OperandOf<E> : never

type Or<V, Otherwise> = [V] extends [never] ? Otherwise : V
