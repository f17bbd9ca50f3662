import type { ValidationError } from '@base/core/errors'
import { ok, type Result, unwrap } from '@base/core/result'
import { refused } from './refused.js'

/**
 * The codes of ISO 4217 (List One as of 2026) by their number of decimals, and those withdrawn since 2020, for amounts of
 * the past: ANG BGN CUC HRK SLL ZWL. Metals, funds and test codes, which have no minor unit, count in whole units.
 */
const CODES: readonly (readonly [decimals: number, codes: string])[] = [
  [
    0,
    'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF ' +
      'XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX',
  ],
  [
    2,
    'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY ' +
      'COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS ' +
      'INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR ' +
      'MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP ' +
      'STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG ' +
      'ANG BGN CUC HRK SLL ZWL',
  ],
  [3, 'BHD IQD JOD KWD LYD OMR TND'],
  [4, 'CLF UYW'],
]

const DECIMALS: ReadonlyMap<string, number> = new Map(
  CODES.flatMap(([decimals, codes]) => codes.split(' ').map((code) => [code, decimals] as const)),
)

/** Every currency that {@link Money} knows. */
export const currencies: readonly string[] = [...DECIMALS.keys()].sort()

/**
 * How many decimals a currency has: 2 for `'EUR'`, 0 for `'JPY'`, 3 for `'KWD'`.
 *
 * @throws ValidationError where the code is none of ISO 4217, in capitals.
 */
export function decimalsOf(currency: string): number {
  return unwrap(readDecimals(currency))
}

/** The same, for a `parse`. */
export function readDecimals(currency: string): Result<number, ValidationError> {
  const decimals = DECIMALS.get(currency)
  return decimals === undefined
    ? refused('currency', 'must be a currency of ISO 4217, such as EUR', 'currency')
    : ok(decimals)
}
