import { codes, code as lookUp } from 'currency-codes'
import { describe, expect, test } from 'vitest'
import { CurrencyMismatchError, currencies, decimalsOf, Money, Percentage, type Rounding } from './index.js'

const euro = (minor: bigint) => Money.of(minor, 'EUR')

describe('Money', () => {
  test('counts minor units, however many the currency has', () => {
    expect(euro(19_99n).toString()).toBe('19.99 EUR')
    expect(Money.of(500n, 'JPY').toString()).toBe('500 JPY')
    expect(Money.of(-1n, 'KWD').toString()).toBe('-0.001 KWD')
    expect(Money.of(12345n, 'CLF').toString()).toBe('1.2345 CLF')
    expect(Money.of(10n ** 30n, 'EUR').toString()).toBe(`1${'0'.repeat(28)}.00 EUR`)
  })

  test('adds, subtracts and compares within a currency', () => {
    expect(euro(1n).add(euro(2n)).equals(euro(3n))).toBe(true)
    expect(euro(1n).subtract(euro(2n)).minor).toBe(-1n)
    expect(
      [euro(3n), euro(-1n), euro(2n)].sort((a, b) => a.compareTo(b)).map((money) => money.minor),
    ).toEqual([-1n, 2n, 3n])
    expect([euro(-5n).abs().minor, euro(5n).abs().minor]).toEqual([5n, 5n])
    expect(euro(2n).compareTo(euro(2n))).toBe(0)
    expect(euro(-5n).isNegative).toBe(true)
    expect(Money.zero('EUR').isZero).toBe(true)
    expect(euro(1n).equals(Money.of(1n, 'USD'))).toBe(false)
  })

  test.each(['add', 'subtract', 'compareTo'] as const)('refuses to %s across currencies', (method) => {
    expect(() => euro(1n)[method](Money.of(1n, 'USD'))).toThrow(CurrencyMismatchError)
    expect(() => euro(1n)[method](Money.of(1n, 'USD'))).toThrow(
      'Expected an amount in EUR, received one in USD.',
    )
  })

  const halves: [Rounding, string, string, string, string][] = [
    ['half-even', '0.02', '0.02', '-0.02', '-0.02'],
    ['half-up', '0.02', '0.03', '-0.02', '-0.03'],
    ['half-down', '0.01', '0.02', '-0.01', '-0.02'],
    ['up', '0.02', '0.03', '-0.02', '-0.03'],
    ['down', '0.01', '0.02', '-0.01', '-0.02'],
    ['ceiling', '0.02', '0.03', '-0.01', '-0.02'],
    ['floor', '0.01', '0.02', '-0.02', '-0.03'],
  ]
  test.each(halves)('rounds a half %s', (rounding, ...expected) => {
    const products = [3n, 5n, -3n, -5n].map((minor) => euro(minor).multiply('0.5', rounding).toDecimal())
    expect(products).toEqual(expected)
  })

  test('multiplies exactly, and rounds only if told how', () => {
    expect(euro(19_99n).multiply(3).minor).toBe(59_97n)
    expect(euro(19_99n).multiply(-3n).minor).toBe(-59_97n)
    expect(euro(100_00n).multiply('1.19').minor).toBe(119_00n)
    expect(() => euro(1n).multiply('0.5')).toThrow(
      '@base/domain Money: rounding must be named where the product is not exact, received undefined.',
    )
    expect(() => euro(1n).multiply('0.5', 'sideways' as Rounding)).toThrow(
      'rounding must be one of "half-even"',
    )
  })

  test('refuses a rounding that is none for every amount, also where nothing is to be rounded', () => {
    const sideways = 'sideways' as Rounding
    expect(() => euro(2n).multiply('0.5', sideways)).toThrow('rounding must be one of "half-even"')
    expect(() => euro(2n).percentage(Percentage.of(50), sideways)).toThrow('rounding must be one of')
  })

  test.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, '1e3', ' 1', '', {}, null])(
    'refuses to multiply with %s',
    (factor) => {
      expect(() => euro(1n).multiply(factor as number, 'up')).toThrow(
        'factor must be a bigint, a whole number',
      )
    },
  )

  test('takes a percentage', () => {
    expect(euro(10_00n).percentage(Percentage.of('22.5')).minor).toBe(2_25n)
    expect(euro(1n).percentage(Percentage.of(50), 'half-up').minor).toBe(1n)
    expect(() => euro(1n).percentage(Percentage.of(50))).toThrow('rounding')
  })

  test('allocates to the last cent, the first parts first', () => {
    const minors = (ratios: readonly number[], money = euro(100n)) =>
      money.allocate(ratios).map((part) => part.minor)
    expect(minors([1, 1, 1])).toEqual([34n, 33n, 33n])
    expect(minors([70, 30, 0])).toEqual([70n, 30n, 0n])
    expect(minors([1, 1, 1], euro(-100n))).toEqual([-34n, -33n, -33n])
    expect(euro(5n).split(3).map(String)).toEqual(['0.02 EUR', '0.02 EUR', '0.01 EUR'])
  })

  test('takes no JSON of an amount for one, which would put its digits behind those of the other', () => {
    const json = JSON.parse(JSON.stringify(euro(500n)))
    for (const meet of [
      () => euro(1000n).add(json),
      () => euro(1000n).subtract(json),
      () => euro(1000n).compareTo(json),
      () => euro(1000n).add(undefined as never),
    ])
      expect(meet).toThrow('@base/domain Money: other must be a Money')
  })

  test.each([[undefined], [null], [5], ['5']])('refuses %j as a share', (share) => {
    expect(() => euro(1n).percentage(share as never)).toThrow(
      '@base/domain Money: share must be a Percentage',
    )
  })

  // biome-ignore lint/suspicious/noSparseArray: what is refused
  test.each([[[]], [[0, 0]], [[1, -1]], [[0.5]], ['11'], [[1, , 1]]])('refuses the ratios %j', (ratios) => {
    expect(() => euro(1n).allocate(ratios as number[])).toThrow('ratios must be whole numbers from 0')
  })

  test('refuses to split into nothing', () => {
    expect(() => euro(1n).split(0)).toThrow('parts must be an integer from 1')
  })

  test('reads decimal text exactly', () => {
    expect(Money.parse('19.99', 'EUR')).toMatchObject({ ok: true, value: { minor: 1999n } })
    expect(Money.parse('-0.1 EUR')).toMatchObject({ ok: true, value: { minor: -10n } })
    expect(Money.parse('7', 'KWD')).toMatchObject({ ok: true, value: { minor: 7000n } })
    expect(Money.parse('90071992547409.93', 'EUR')).toMatchObject({
      ok: true,
      value: { minor: 9007199254740993n },
    })
  })

  test.each([
    ['1.999', 'EUR', 'must have at most 2 decimals'],
    ['1.5', 'JPY', 'must have at most 0 decimals'],
    ['1,50', 'EUR', 'must be a decimal amount'],
    ['', 'EUR', 'must be a decimal amount'],
    ['1e2', 'EUR', 'must be a decimal amount'],
    ['1 EUR', 'USD', 'must be an amount alone, for its currency is given'],
    ['1 EUR', 'EUR', 'must be an amount alone, for its currency is given'],
    ['1 ', 'EUR', 'must be a decimal amount'],
    ['1 ', undefined, 'must be a decimal amount'],
    ['1', undefined, 'must have a currency, such as 19.99 EUR'],
    ['1', 'EURO', 'must be a currency of ISO 4217'],
    ['1', 'eur', 'must be a currency of ISO 4217'],
    ['1 constructor', undefined, 'must be a currency of ISO 4217'],
    [7 as never, 'EUR', 'must be a decimal amount'],
  ])('refuses to read %j as %s', (text, currency, message) => {
    const read = Money.parse(text, currency)
    expect(read.ok ? '' : read.error.issues[0]?.message).toContain(message)
  })

  test('refuses what is no bigint, or no currency, at the door', () => {
    expect(() => Money.of(5 as never, 'EUR')).toThrow(
      'Money: minor must be a bigint of minor units, received 5.',
    )
    expect(() => Money.of(5n, 'XYZ')).toThrow('currency: must be a currency of ISO 4217')
  })

  test('goes through JSON and back', () => {
    const money = Money.of(2n ** 70n, 'EUR')
    const back = Money.fromJSON(JSON.parse(JSON.stringify(money)))
    expect(back.ok && back.value.equals(money)).toBe(true)
    for (const json of [
      null,
      7,
      {},
      { minor: 5, currency: 'EUR' },
      { minor: '1.5', currency: 'EUR' },
      { minor: '1', currency: 'X' },
    ]) {
      expect(Money.fromJSON(json).ok).toBe(false)
    }
  })

  test('is written as a locale does', () => {
    expect(Money.of(1234567_89n, 'EUR').format('de')).toBe('1.234.567,89\u00a0€')
    expect(Money.of(2n ** 64n, 'JPY').format('en')).toBe('¥18,446,744,073,709,551,616')
  })

  test('refuses a locale that is no language tag', () => {
    expect(() => euro(1n).format('en_US')).toThrow(
      '@base/domain Money: locale must be a language tag such as \'pt-BR\', received "en_US"',
    )
  })
})

describe('the table of currencies', () => {
  const withdrawn = ['ANG', 'BGN', 'CUC', 'HRK', 'SLL', 'ZWL']
  // Younger than the list that we compare with.
  const added = ['XAD', 'XCG', 'ZWG', 'SLE', 'VED']

  test('agrees with ISO 4217, List One', () => {
    for (const listed of codes())
      expect.soft([listed, decimalsOf(listed)]).toEqual([listed, lookUp(listed)?.digits])
    const unknown = currencies.filter((currency) => lookUp(currency) === undefined)
    expect(unknown.filter((currency) => ![...withdrawn, ...added].includes(currency))).toEqual([])
  })
})
