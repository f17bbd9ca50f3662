import { AppError, type ValidationError } from '@base/core/errors'
import { invalidOption } from '@base/core/options'
import { ok, type Result } from '@base/core/result'
import { placeOf } from '../place.js'
import { allocate } from './allocate.js'
import { decimalsOf, readDecimals } from './currencies.js'
import { type DecimalParts, formatDecimal, parseDecimal } from './decimal-text.js'
import type { Percentage } from './percentage.js'
import { refused } from './refused.js'
import { divide, type Rounding } from './rounding.js'
import { ValueObject } from './value-object.js'

/** Names what the methods of {@link Money} take. */
const at = /* @__PURE__ */ placeOf('Money')

/** {@link Money} as JSON: the minor units as text, for JSON numbers end at 2^53. */
export interface MoneyJson {
  /** Minor units, a whole number as text. */
  readonly minor: string
  /** The code of ISO 4217. */
  readonly currency: string
}

/**
 * An amount of one currency, in whole minor units (cents), of any size. Never a float, and never rounded unless you name
 * how.
 *
 * @example
 * const price = Money.of(19_99n, 'EUR')
 * price.multiply(3).toString() // '59.97 EUR'
 * price.multiply('0.5', 'half-even').toString() // '10.00 EUR'
 * Money.of(100n, 'EUR').allocate([1, 1, 1]).map(String) // ['0.34 EUR', '0.33 EUR', '0.33 EUR']
 *
 * @see Martin Fowler, Patterns of Enterprise Application Architecture, "Money"; ISO 4217
 */
export class Money extends ValueObject<{ readonly minor: bigint; readonly currency: string }> {
  private constructor(minor: bigint, currency: string) {
    super({ minor, currency })
  }

  /**
   * An amount of minor units: `Money.of(19_99n, 'EUR')` is 19.99 euros, `Money.of(500n, 'JPY')` 500 yen.
   *
   * @throws InvalidOptionError where `minor` is no bigint. @throws ValidationError where the currency is none of ISO 4217.
   */
  static of(minor: bigint, currency: string): Money {
    if (typeof minor !== 'bigint') throw invalidOption(minor, at('minor'), 'a bigint of minor units')
    decimalsOf(currency)
    return new Money(minor, currency)
  }

  /** No money. @throws ValidationError where the currency is none of ISO 4217. */
  static zero(currency: string): Money {
    return Money.of(0n, currency)
  }

  /**
   * Reads a decimal amount, exactly: `Money.parse('19.99', 'EUR')`, or with its currency, `Money.parse('19.99 EUR')`.
   * Fewer decimals than the currency has are fine, more are refused, and so are more than 1,000 digits.
   */
  static parse(text: string, currency?: string): Result<Money, ValidationError> {
    const [amount, code, ...rest] = typeof text === 'string' ? text.split(' ') : []
    const parts = rest.length > 0 || code === '' ? undefined : parseDecimal(amount)
    if (parts === undefined) return refused('money', 'must be a decimal amount, such as 19.99')
    if (currency !== undefined && code !== undefined)
      return refused('money', 'must be an amount alone, for its currency is given')
    const unit = currency ?? code
    if (unit === undefined) return refused('money', 'must have a currency, such as 19.99 EUR')
    const decimals = readDecimals(unit)
    if (!decimals.ok) return decimals
    const missing = decimals.value - parts.decimals
    return missing < 0
      ? refused('money', `must have at most ${decimals.value} decimals`)
      : ok(new Money(parts.value * 10n ** BigInt(missing), unit))
  }

  /** Reads what {@link Money.toJSON} wrote, of up to 1,000 digits. */
  static fromJSON(json: unknown): Result<Money, ValidationError> {
    const { minor, currency } = (typeof json === 'object' && json !== null ? json : {}) as Partial<MoneyJson>
    const units = parseDecimal(minor)
    if (units === undefined || units.decimals > 0 || typeof currency !== 'string') {
      return refused('money', 'must be minor units and a currency, such as {"minor":"1999","currency":"EUR"}')
    }
    const known = readDecimals(currency)
    return known.ok ? ok(new Money(units.value, currency)) : known
  }

  /** Whole minor units: cents of an euro, the yen itself. */
  get minor(): bigint {
    return this.props.minor
  }

  /** The code of ISO 4217: `'EUR'`. */
  get currency(): string {
    return this.props.currency
  }

  /** Whether it is nothing. */
  get isZero(): boolean {
    return this.minor === 0n
  }

  /** Whether it is less than nothing. */
  get isNegative(): boolean {
    return this.minor < 0n
  }

  /** The sum. @throws CurrencyMismatchError where the currencies differ. */
  add(other: Money): Money {
    return this.#of(this.minor + this.#minorOf(other))
  }

  /** The difference. @throws CurrencyMismatchError where the currencies differ. */
  subtract(other: Money): Money {
    return this.#of(this.minor - this.#minorOf(other))
  }

  /** The same amount, owed. */
  negate(): Money {
    return this.#of(-this.minor)
  }

  /** The amount without its sign. */
  abs(): Money {
    return this.isNegative ? this.negate() : this
  }

  /**
   * The product with a whole number, or with a decimal text such as `'1.19'`; a float is refused, since it is hardly ever
   * the number that was meant.
   *
   * @throws InvalidOptionError where the factor is none of these, or `rounding` is missing and the product is not exact.
   */
  multiply(factor: bigint | number | string, rounding?: Rounding): Money {
    const { value, decimals } = factorOf(factor)
    return this.#fraction(value, 10n ** BigInt(decimals), rounding)
  }

  /**
   * That share of the amount.
   *
   * @throws InvalidOptionError where it is no percentage, or `rounding` is missing and the share is not exact.
   */
  percentage(share: Percentage, rounding?: Rounding): Money {
    if (share?.fraction === undefined) throw invalidOption(share, at('share'), 'a Percentage')
    return this.#fraction(...share.fraction, rounding)
  }

  /**
   * Parts in the given ratios that add up to the amount, to the last minor unit: what is left over goes one unit each to
   * the parts that lost most by rounding down, the first ones first.
   *
   * @throws InvalidOptionError where the ratios are not whole numbers from 0, at least one above 0.
   */
  allocate(ratios: readonly (number | bigint)[]): Money[] {
    return allocate(this.minor, ratios).map((part) => this.#of(part))
  }

  /**
   * That many parts, as equal as can be, which add up to the amount.
   *
   * @throws InvalidOptionError where it is no integer from 1 to 1,000,000.
   */
  split(parts: number): Money[] {
    if (!Number.isSafeInteger(parts) || parts < 1 || parts > 1_000_000) {
      throw invalidOption(parts, at('parts'), 'an integer from 1 to 1000000')
    }
    return this.allocate(Array.from({ length: parts }, () => 1))
  }

  /** −1, 0 or 1 as it is less than, equal to or more than the other: for `sort`. @throws CurrencyMismatchError where the currencies differ. */
  compareTo(other: Money): -1 | 0 | 1 {
    const theirs = this.#minorOf(other)
    if (this.minor === theirs) return 0
    return this.minor < theirs ? -1 : 1
  }

  /** The amount as a decimal text: `'19.99'`, `'500'` for yen. */
  toDecimal(): string {
    return formatDecimal(this.minor, decimalsOf(this.currency))
  }

  /**
   * The amount as people of a locale write it: `'19,99 €'` for `'de'`. Exact at any size.
   *
   * @throws InvalidOptionError where the locale is no language tag, as `'en_US'` is none.
   */
  format(locale?: string): string {
    checkLocale(locale)
    const digits = decimalsOf(this.currency)
    return new Intl.NumberFormat(locale, {
      style: 'currency',
      currency: this.currency,
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    }).format(this.toDecimal() as Intl.StringNumericLiteral)
  }

  /** Amount and currency: `'19.99 EUR'`; {@link Money.parse} reads it. */
  override toString(): string {
    return `${this.toDecimal()} ${this.currency}`
  }

  /** `{ minor, currency }`, the minor units as text; {@link Money.fromJSON} reads it. */
  override toJSON(): MoneyJson {
    return { minor: String(this.minor), currency: this.currency }
  }

  #of(minor: bigint): Money {
    return new Money(minor, this.currency)
  }

  #minorOf(other: Money): bigint {
    // Its JSON has the same names, and a text, which would be put behind the digits of a number.
    if (typeof other?.minor !== 'bigint') throw invalidOption(other, at('other'), 'a Money')
    if (other.currency !== this.currency) throw new CurrencyMismatchError(this.currency, other.currency)
    return other.minor
  }

  #fraction(numerator: bigint, denominator: bigint, rounding: Rounding | undefined): Money {
    const product = this.minor * numerator
    // Also where nothing is to be rounded, or a wrong name would fail with some amounts alone.
    if (rounding !== undefined) return this.#of(divide(product, denominator, rounding))
    if (product % denominator === 0n) return this.#of(product / denominator)
    throw invalidOption(rounding, at('rounding'), 'named where the product is not exact')
  }
}

/** Two amounts of different currencies met. Code `CURRENCY_MISMATCH`, kind `invalid`; details `{ expected, actual }`. */
export class CurrencyMismatchError extends AppError {
  constructor(expected: string, actual: string) {
    super({
      code: 'CURRENCY_MISMATCH',
      kind: 'invalid',
      message: `Expected an amount in ${expected}, received one in ${actual}.`,
      details: { expected, actual },
    })
  }
}

function factorOf(factor: bigint | number | string): DecimalParts {
  const whole = typeof factor === 'bigint' || Number.isSafeInteger(factor)
  const parts = whole ? { value: BigInt(factor), decimals: 0 } : parseDecimal(factor)
  if (parts !== undefined) return parts
  throw invalidOption(factor, at('factor'), "a bigint, a whole number or a decimal text such as '1.19'")
}

function checkLocale(locale: string | undefined): void {
  try {
    Intl.getCanonicalLocales(locale)
  } catch {
    throw invalidOption(locale, at('locale'), "a language tag such as 'pt-BR'")
  }
}
