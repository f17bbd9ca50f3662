import { CENSOR } from './text-pattern.js'

const CPF = /(?<!\d)\d{3}\.?\d{3}\.?\d{3}-?\d{2}(?!\d)/g

/** The text with Brazil's taxpayer numbers in it hidden: eleven digits, with or without punctuation, with right check digits. */
export function hideCpf(text: string): string {
  return text.replace(CPF, (found) => (isCpf(found.replace(/\D/g, '')) ? CENSOR : found))
}

function isCpf(digits: string): boolean {
  if (/^(\d)\1{10}$/.test(digits)) return false
  return checkDigit(digits, 9) === digits[9] && checkDigit(digits, 10) === digits[10]
}

/** Modulo 11 over the first `length` digits, weighted from `length` + 1 down to 2. */
function checkDigit(digits: string, length: number): string {
  let sum = 0
  for (let index = 0; index < length; index++) sum += Number(digits[index]) * (length + 1 - index)
  return String(((sum * 10) % 11) % 10)
}
