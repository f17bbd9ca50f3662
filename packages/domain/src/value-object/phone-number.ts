import { UnsupportedError, type ValidationError } from '@base/core/errors'
import { invalidOption } from '@base/core/options'
import { ok, type Result } from '@base/core/result'
import { placeOf } from '../place.js'
import { isObject } from './object-kind.js'
import { refused } from './refused.js'
import { TextValue } from './text-value.js'

const MAX_LENGTH = 40
const E164 = /^\+[1-9]\d{6,14}$/
/** A zero, alone or before the area, that is dialled within the country, and from outside of some. */
const TRUNK_ZERO = /\(\s*0/
/** Of directions and no width, as contacts are copied with. */
const INVISIBLE = /\p{Cf}/gu
const SEPARATORS = /[\s().\u00A0\u2010-\u2015-]/g

/** Options of {@link PhoneNumber.parseNational}. */
export interface NationalOptions {
  /** Where a number without a country code is dialled: ISO 3166-1 alpha-2, such as `'PT'`. */
  readonly country: string
}

/**
 * A telephone number in the international form of E.164: `+` and 7 to 15 digits.
 *
 * @example
 * const number = PhoneNumber.parse('+351 21 000 0000')
 * if (number.ok) number.value.value // '+351210000000'
 *
 * @see ITU-T E.164
 */
export class PhoneNumber extends TextValue {
  /**
   * Reads an international number; blanks, dots, dashes, parentheses and marks that nobody sees are dropped. A parenthesis that
   * begins with 0, as in `'+44 (0)20 7946 0958'` and `'+44 (020) 7946 0958'`, is refused: only the country's plan tells
   * whether the 0 belongs to the number, so that {@link PhoneNumber.parseNational} reads it.
   */
  static parse(text: string): Result<PhoneNumber, ValidationError> {
    const shown = shownOf(text)
    const digits = shown.replace(SEPARATORS, '')
    if (TRUNK_ZERO.test(shown))
      return refused(
        'phone_number',
        'must not begin a parenthesis with 0, which not every country dials from abroad',
      )
    return E164.test(digits)
      ? ok(new PhoneNumber(digits))
      : refused('phone_number', 'must be an international phone number such as +351210000000')
  }

  /**
   * Reads a number as people of a country write it, and checks it against that country's plan. A text around the number is
   * refused, and so is an extension, which E.164 does not hold; marks that nobody sees are dropped. Needs the package `libphonenumber-js`, which is loaded at
   * the first call.
   *
   * @example
   * const number = await PhoneNumber.parseNational('21 000 0000', { country: 'PT' })
   * if (number.ok) number.value.value // '+351210000000'
   *
   * @throws UnsupportedError where the package is not installed, with the command that does it.
   */
  static async parseNational(
    text: string,
    options: NationalOptions,
  ): Promise<Result<PhoneNumber, ValidationError>> {
    if (!isObject(options))
      throw invalidOption(options, placeOf('PhoneNumber.parseNational')('options'), 'an object')
    const { country } = options
    const library = await loadLibrary()
    if (!library.isSupportedCountry(country))
      return refused('country', 'must be a country with a numbering plan')
    const number = library.parsePhoneNumberFromString(shownOf(text), {
      defaultCountry: country,
      extract: false,
    })
    if (number?.ext !== undefined) return refused('phone_number', 'must have no extension')
    return number?.isValid() === true
      ? ok(new PhoneNumber(number.number))
      : refused('phone_number', `must be a phone number of ${country}, or an international one`)
  }
}

/** What is to be seen of a text; nothing where it is too long, or none. */
function shownOf(text: unknown): string {
  return typeof text === 'string' && text.length <= MAX_LENGTH ? text.replace(INVISIBLE, '') : ''
}

async function loadLibrary(): Promise<typeof import('libphonenumber-js')> {
  try {
    return await import('libphonenumber-js')
  } catch (cause) {
    throw new UnsupportedError({
      message: 'PhoneNumber.parseNational needs a package: npm install libphonenumber-js',
      cause,
    })
  }
}
