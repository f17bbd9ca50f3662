import type { ValidationError } from '@base/core/errors'
import { invalidOption } from '@base/core/options'
import { ok, type Result, unwrap } from '@base/core/result'
import { placeOf } from '../place.js'
import { type DecimalParts, formatDecimal, parseDecimal } from './decimal-text.js'
import { refused } from './refused.js'
import { ValueObject } from './value-object.js'

/** To a ten-thousandth of a percent: finer than any tax or discount, and always a short text. */
const DECIMALS = 4
const SCALE = 10n ** BigInt(DECIMALS)

/**
 * A share from 0 % to 100 %, exact to four decimals of a percent.
 *
 * @example
 * const vat = Percentage.of('22.5')
 * vat.toString() // '22.5%'
 * Money.of(10_00n, 'EUR').percentage(vat, 'half-even').toString() // '2.25 EUR'
 */
export class Percentage extends ValueObject<{ readonly units: bigint }> {
  private constructor(units: bigint) {
    super({ units })
  }

  /**
   * The percentage of a number or a decimal text: `19`, `'7.7'`.
   *
   * @throws ValidationError where it is not from 0 to 100, or has more than four decimals.
   */
  static of(percent: number | string): Percentage {
    return unwrap(Percentage.parse(String(percent)))
  }

  /** Reads a decimal text, with or without a percent sign: `'7.7'`, `'7.7%'`. */
  static parse(text: string): Result<Percentage, ValidationError> {
    const units = unitsOf(parseDecimal(typeof text === 'string' ? text.replace(/ ?%$/, '') : text))
    if (units !== undefined && units >= 0n && units <= 100n * SCALE) return ok(new Percentage(units))
    return refused('percentage', 'must be from 0 to 100, with at most 4 decimals')
  }

  /** The percentage as a decimal text without needless zeros: `'22.5'`. */
  get value(): string {
    return formatDecimal(this.props.units, DECIMALS).replace(/\.?0+$/, '')
  }

  /** The share as a fraction of whole numbers: 22.5 % is `[225000n, 1000000n]`. */
  get fraction(): readonly [numerator: bigint, denominator: bigint] {
    return [this.props.units, 100n * SCALE]
  }

  /** What is left of 100 %. */
  complement(): Percentage {
    return new Percentage(100n * SCALE - this.props.units)
  }

  /**
   * Below 0, 0, or above 0 as it is less than, equal to or more than the other: for `sort`.
   *
   * @throws InvalidOptionError where the other is no percentage.
   */
  compareTo(other: Percentage): number {
    if (typeof other?.props?.units !== 'bigint')
      throw invalidOption(other, placeOf('Percentage')('other'), 'a Percentage')
    return Number(this.props.units - other.props.units)
  }

  /** With a percent sign: `'22.5%'`. */
  override toString(): string {
    return `${this.value}%`
  }

  /** The decimal text; {@link Percentage.parse} reads it. */
  override toJSON(): string {
    return this.value
  }
}

function unitsOf(parts: DecimalParts | undefined): bigint | undefined {
  if (parts === undefined || parts.decimals > DECIMALS) return undefined
  return parts.value * 10n ** BigInt(DECIMALS - parts.decimals)
}
