import { hasLuhnDigit } from './luhn.js'

/** Digits that single spaces or hyphens may part. */
const RUN = /\d(?:[ -]?\d){12,}/g
/** First digits that are issued: Mastercard's 22 to 27, and all from 3 to 6 (Amex, Diners, JCB, Visa, Maestro, Discover, UnionPay). */
const ISSUED = /^(?:2[2-7]|[3-6])/

/** The text with the payment card numbers in it hidden: 13 to 19 digits of an issued range with the right check digit. */
export function hideCardNumbers(text: string, censor: string): string {
  return text.replace(RUN, (run) => hideInRun(run, censor))
}

/** A run may begin or end with other numbers, parted as the card's own groups are. */
function hideInRun(run: string, censor: string): string {
  const groups = run.split(/([ -])/)
  for (let first = 0; first < groups.length; first += 2) {
    let digits = ''
    for (let last = first; last < groups.length && digits.length < 19; last += 2) {
      digits += groups[last]
      if (!isCardNumber(digits)) continue
      const before = groups.slice(0, first).join('')
      return before + censor + hideCardNumbers(groups.slice(last + 1).join(''), censor)
    }
  }
  return run
}

/** Whether these digits are a payment card number. */
export function isCardNumber(digits: string): boolean {
  return digits.length >= 13 && digits.length <= 19 && ISSUED.test(digits) && hasLuhnDigit(digits)
}
