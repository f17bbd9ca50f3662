import { ValueObject } from './value-object.js'

/**
 * A value object of one text: an e-mail address, a slug, a SKU of yours. Prints and serialises as that text.
 *
 * @example
 * class Sku extends TextValue {
 *   static parse(text: string): Sku | undefined {
 *     return /^[A-Z0-9-]{1,50}$/.test(text) ? new Sku(text) : undefined
 *   }
 * }
 * `${Sku.parse('KB-1')}` // 'KB-1'
 */
export abstract class TextValue extends ValueObject<{ readonly value: string }> {
  protected constructor(value: string) {
    super({ value })
  }

  /** The text. */
  get value(): string {
    return this.props.value
  }

  /** The text. */
  override toString(): string {
    return this.value
  }

  /** The text, as JSON has it. */
  override toJSON(): string {
    return this.value
  }
}
