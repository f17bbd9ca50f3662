/** Whether the digits end with the check digit of a payment card (ISO/IEC 7812-1, annex B). */
export function hasLuhnDigit(digits: string): boolean {
  let sum = 0
  for (let index = digits.length - 1, double = false; index >= 0; index--, double = !double) {
    const digit = digits.charCodeAt(index) - 48
    sum += double ? (digit < 5 ? digit * 2 : digit * 2 - 9) : digit
  }
  return sum % 10 === 0
}
