import { hasLuhnDigit } from './luhn.js'

/** Digits that single spaces or hyphens may part. */
const RUN = /\d(?:[ -]?\d){12,}/g
/** First digits that are issued: Mastercard's 22 to 27, and all from 3 to 6 (Amex, Diners, JCB, Visa, Maestro, Discover, UnionPay). */
const ISSUED = /^(?:2[2-7]|[3-6])/

/** The text with the payment card numbers in it hidden: 13 to 19 digits of an issued range with the right check digit. */
export function hideCardNumbers(text: string, censor: string): string {
  return text.replace(RUN, (run) => hideInRun(run, censor))
}

/** A run may begin or end with other numbers, parted as the card's own groups are. Goes through it once, however many cards it has. */
function hideInRun(run: string, censor: string): string {
  const groups = run.split(/([ -])/)
  let shown = ''
  for (let first = 0; first < groups.length; ) {
    const last = lastOfCard(groups, first)
    shown += (last === undefined ? groups[first] : censor) + (groups[(last ?? first) + 1] ?? '')
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

/** Whether these digits are a payment card number. */
export function isCardNumber(digits: string): boolean {
  return digits.length >= 13 && digits.length <= 19 && ISSUED.test(digits) && hasLuhnDigit(digits)
}
