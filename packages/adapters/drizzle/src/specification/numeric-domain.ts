import { decimal } from '@base/domain/specification'
import { decimalText, isDecimal } from './decimal-text.js'
import type { Domain, Value } from './domain.js'
import { type Locate, positioned } from './position.js'
import type { Subject } from './term.js'
import { spelledText } from './text-domain.js'

/** `numeric` that is read as number or bigint: compared as a decimal, exact to the last digit that is stored. */
export function numericDomain(subject: Subject): Domain {
  return positioned(subject, at(spellNumber))
}

/** `numeric` that is read as text: a text compares as the decimal that it spells, `1.0` with `1.00`. */
export function decimalDomain(subject: Subject): Domain {
  return { ...positioned(subject, at(spellDecimal)), text: spelledText(subject) }
}

/** All that numeric can hold is compared without rounding. */
function at(spell: (value: Value) => string | undefined): Locate {
  return (value) => {
    const bound = spell(value)
    return bound === undefined ? undefined : { bound, side: 0 }
  }
}

function spellNumber(value: Value): string | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  return isDecimal(value) ? value.$decimal : undefined
}

const WORDS: ReadonlySet<string> = new Set(['NaN', 'Infinity', '-Infinity'])

function spellDecimal(value: Value): string | undefined {
  if (isDecimal(value)) return value.$decimal
  if (typeof value !== 'string') return undefined
  return WORDS.has(value) ? value : spelled(value)
}

/** Undefined where the text spells no decimal. */
function spelled(text: string): string | undefined {
  try {
    return decimalText(decimal(text))
  } catch {
    return undefined
  }
}
