import type { ValidationError } from '@base/core/errors'
import { isBuiltIn } from '@base/core/kind'
import { invalidOption } from '@base/core/options'
import { type Err, ok, type Result } from '@base/core/result'
import { placeOf } from '../place.js'
import { isCalendarDay } from './calendar-day.js'
import { refused } from './refused.js'
import { ValueObject } from './value-object.js'

/** RFC 3339, to the millisecond at the finest, or a date alone, which means its midnight in UTC. The platform takes an hour 24. */
const TIME =
  /^((?:\d{4}|[+-]\d{6})-\d{2}-\d{2})(?:T(?:[01]\d|2[0-3]):\d{2}:\d{2}(?:\.\d{1,3})?(?:Z|[+-]\d{2}:\d{2}))?$/

/**
 * A span of time from a start, which belongs to it, to an end, which does not: neighbours share no moment, and a range
 * that ends where it starts is empty. Milliseconds, UTC.
 *
 * @example
 * const may = DateRange.of(new Date('2026-05-01'), new Date('2026-06-01'))
 * may.contains(new Date('2026-05-31T23:59:59Z')) // true
 * may.overlaps(DateRange.of(new Date('2026-06-01'), new Date('2026-07-01'))) // false
 */
export class DateRange extends ValueObject<{ readonly start: Date; readonly end: Date }> {
  private constructor(start: Date, end: Date) {
    super({ start, end })
  }

  /** From a start to an end. @throws ValidationError where one is no valid date, or the end lies before the start. */
  static of(start: Date, end: Date): DateRange {
    const problem = problemOf(start, end)
    if (problem !== undefined) throw problem.error
    return new DateRange(start, end)
  }

  /**
   * Reads `start/end` as {@link DateRange.toString} writes it, or with days in their place: `'2026-05-01/2026-06-01T12:00:00Z'`.
   * Of ISO 8601 no other form, such as a duration for the end, or a time without seconds or offset.
   */
  static parse(text: string): Result<DateRange, ValidationError> {
    const [start, end, ...rest] = typeof text === 'string' && text.length <= 100 ? text.split('/') : []
    const from = dateOf(start)
    const to = dateOf(end)
    const problem = rest.length > 0 ? notARange() : problemOf(from, to)
    return problem ?? ok(new DateRange(from, to))
  }

  /** The first moment. A copy, yours to change. */
  get start(): Date {
    return new Date(this.props.start)
  }

  /** The first moment after it. A copy, yours to change. */
  get end(): Date {
    return new Date(this.props.end)
  }

  /** How long it is, in milliseconds. */
  get duration(): number {
    return this.props.end.getTime() - this.props.start.getTime()
  }

  /** Whether it holds no moment. */
  get isEmpty(): boolean {
    return this.duration === 0
  }

  /**
   * Whether a moment, or every moment of a range, lies in it. An empty range lies in any that reaches around it.
   *
   * @throws InvalidOptionError where the other is neither.
   */
  contains(other: Date | DateRange): boolean {
    if (isBuiltIn(other, 'Date')) return this.props.start <= other && other < this.props.end
    const { start, end } = endsOf(other, 'a Date or a DateRange')
    return this.props.start <= start && end <= this.props.end
  }

  /** Whether they share a moment. @throws InvalidOptionError where the other is no range. */
  overlaps(other: DateRange): boolean {
    return this.intersection(other) !== undefined
  }

  /** The moments of both; `undefined` where there are none. @throws InvalidOptionError where the other is no range. */
  intersection(other: DateRange): DateRange | undefined {
    const theirs = endsOf(other, 'a DateRange')
    const start = Math.max(this.props.start.getTime(), theirs.start.getTime())
    const end = Math.min(this.props.end.getTime(), theirs.end.getTime())
    return start < end ? new DateRange(new Date(start), new Date(end)) : undefined
  }

  /** `start/end` of ISO 8601. */
  override toString(): string {
    return `${this.props.start.toISOString()}/${this.props.end.toISOString()}`
  }

  /** `start/end` of ISO 8601; {@link DateRange.parse} reads it. */
  override toJSON(): string {
    return this.toString()
  }
}

/** What a range holds, also one of another copy of this package. */
function endsOf(other: DateRange, allowed: string): DateRange['props'] {
  const props: Partial<DateRange['props']> | undefined = other?.props
  if (isDate(props?.start) && isDate(props?.end)) return other.props
  throw invalidOption(other, placeOf('DateRange')('other'), allowed)
}

function dateOf(text: string | undefined): Date {
  const [whole = '', day = ''] = TIME.exec(text ?? '') ?? []
  return new Date(isCalendarDay(day) ? whole : Number.NaN)
}

function problemOf(start: Date, end: Date): Err<ValidationError> | undefined {
  if (!isDate(start) || !isDate(end)) return notARange()
  return start <= end ? undefined : refused('date_range', 'must not lie before the start', 'end')
}

function isDate(value: unknown): boolean {
  return isBuiltIn(value, 'Date') && !Number.isNaN(value.getTime())
}

function notARange(): Err<ValidationError> {
  return refused('date_range', 'must be two dates, such as 2026-05-01/2026-06-01')
}
