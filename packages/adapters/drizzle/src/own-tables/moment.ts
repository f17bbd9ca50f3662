import type { Clock } from '@base/core/clock'
import { type SQL, sql } from 'drizzle-orm'

/** The present time: by a clock, or where there is none by the database's own, which all processes share. */
export function present(clock: Clock | undefined, own: SQL): SQL {
  return clock === undefined ? own : sql`${new Date(clock.now()).toISOString()}::timestamptz`
}

/** A time so many milliseconds after another. */
export function after(time: SQL, milliseconds: number): SQL {
  return sql`${time} + ${milliseconds}::double precision * interval '1 millisecond'`
}
