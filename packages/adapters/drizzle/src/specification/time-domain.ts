import type { Domain } from './domain.js'
import { type Locate, positioned, positionedText } from './position.js'
import { raw, type Subject } from './term.js'

const DAY = 86_400_000

/** The first day that PostgreSQL has: 24 November 4714 BC by the proleptic Gregorian calendar. */
const FIRST = Date.UTC(-4713, 10, 24)
/** The last millisecond that a JavaScript date has; PostgreSQL has more. */
const LAST = 8.64e15

const MEMBERS = raw("date_trunc('milliseconds', ")
const CLOSE = raw(')')

/** A time that is read as a date, and so to the millisecond: all times within it are equal to it. */
export function timestampDomain(subject: Subject, isFiner: boolean): Domain {
  const locate: Locate = (value) => {
    if (!(value instanceof Date)) return undefined
    const time = value.getTime()
    if (time < FIRST) return 'below'
    return { bound: spellTime(time), side: 0, ...(isFiner && { next: spellTime(time + 1) }) }
  }
  return positioned(subject, locate, isFiner ? [MEMBERS, ...subject, CLOSE] : subject)
}

/** A day that is read as a date, which is its midnight in UTC. */
export function dayDomain(subject: Subject): Domain {
  return positioned(subject, (value) => {
    if (!(value instanceof Date)) return undefined
    const midnight = Math.floor(value.getTime() / DAY) * DAY
    if (midnight < FIRST) return 'below'
    return { bound: spellTime(midnight), side: midnight - value.getTime() }
  })
}

const SPELLED_DAY = /^(?!0000)\d{4}-\d\d-\d\d$/

/** The days before and after all others, whose letters stand there too. */
const ENDLESS: ReadonlySet<unknown> = new Set(['infinity', '-infinity'])

/** A day that is read as text: a text that is a day compares as a day, any other by its letters. */
export function spelledDayDomain(subject: Subject): Domain {
  return positionedText(subject, (value) =>
    typeof value === 'string' && (ENDLESS.has(value) || isDay(value)) ? { bound: value, side: 0 } : undefined,
  )
}

function isDay(text: string): boolean {
  return (
    SPELLED_DAY.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text)
  )
}

/** The length of a date of the years 0 to 9999. */
const USUAL_LENGTH = 24

/** As PostgreSQL reads it, before our era and beyond the year 9999 too. */
function spellTime(time: number): string {
  if (time > LAST) return 'infinity'
  const spelled = new Date(time).toISOString()
  if (spelled.length === USUAL_LENGTH && !spelled.startsWith('0000')) return spelled
  const year = new Date(time).getUTCFullYear()
  const rest = spelled.replace(/^[+-]?\d+/, '')
  return year > 0 ? `${year}${rest}` : `${String(1 - year).padStart(4, '0')}${rest} BC`
}
