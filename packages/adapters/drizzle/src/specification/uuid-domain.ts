import { type Domain, emptyDomain, type Value } from './domain.js'
import { type Position, positioned } from './position.js'
import { compare, raw, type Subject } from './term.js'
import { spelledText } from './text-domain.js'

/** As PostgreSQL writes it. Spelled otherwise it is equal to no text that is read. */
const CANONICAL = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

const AS_LETTERS = raw('::text collate "C"')

/** `uuid`, whose bytes have the order of its letters. */
export function uuidDomain(subject: Subject): Domain {
  const locate = (value: Value): Position | undefined =>
    typeof value === 'string' && CANONICAL.test(value) ? { bound: value, side: 0 } : undefined
  const canonical = positioned(subject, locate)
  return {
    ...emptyDomain(subject),
    ...canonical,
    order: (op, value) => {
      if (locate(value) !== undefined) return canonical.order(op, value)
      return typeof value === 'string' ? compare([...subject, AS_LETTERS], op, value) : 'none'
    },
    text: spelledText(subject),
  }
}
