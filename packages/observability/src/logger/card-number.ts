import { CENSOR } from './text-pattern.js'

/** Digits that single spaces or hyphens may part. */
const RUN = /\d(?:[ -]?\d){12,}/g
/** First digits that are issued: Mastercard's 22 to 27, and all from 3 to 6 (Amex, Diners, JCB, Visa, Maestro, Discover, UnionPay). */
const ISSUED = /^(?:2[2-7]|[3-6])/

/** The text with the payment card numbers in it hidden: 13 to 19 digits of an issued range with the right check digit. */
export function hideCardNumbers(text: string): string {
  return text.replace(RUN, hideInRun)
}

/** A run may begin or end with other numbers, parted as the card's own groups are. Goes through it once, however many cards it has. */
function hideInRun(run: string): string {
  const groups = run.split(/([ -])/)
  let shown = ''
  for (let first = 0; first < groups.length; ) {
    const last = lastOfCard(groups, first)
    shown += (last === undefined ? groups[first] : CENSOR) + (groups[(last ?? first) + 1] ?? '')
    first = (last ?? first) + 2
  }
  return shown
}

/** Where the card number ends that begins with a group. */
function lastOfCard(groups: readonly string[], first: number): number | undefined {
  let digits = ''
  for (let last = first; last < groups.length && digits.length < 19; last += 2) {
    digits += groups[last]
    if (isCardNumber(digits)) return last
  }
  return undefined
}

export function isCardNumber(digits: string): boolean {
  return digits.length >= 13 && digits.length <= 19 && ISSUED.test(digits) && hasLuhnDigit(digits)
}

/** Whether the digits end with the check digit of a payment card (ISO/IEC 7812-1, annex B). */
function hasLuhnDigit(digits: string): boolean {
  let sum = 0
  for (let index = digits.length - 1, double = false; index >= 0; index--, double = !double) {
    const digit = digits.charCodeAt(index) - 48
    sum += double ? (digit < 5 ? digit * 2 : digit * 2 - 9) : digit
  }
  return sum % 10 === 0
}
