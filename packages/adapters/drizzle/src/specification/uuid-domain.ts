import type { Domain } from './domain.js'
import { positionedText } from './position.js'
import type { Subject } from './term.js'

/** As PostgreSQL writes it. Spelled otherwise it is equal to no text that is read. */
const CANONICAL = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** `uuid`, whose bytes have the order of its letters. */
export function uuidDomain(subject: Subject): Domain {
  return positionedText(subject, (value) =>
    typeof value === 'string' && CANONICAL.test(value) ? { bound: value, side: 0 } : undefined,
  )
}
