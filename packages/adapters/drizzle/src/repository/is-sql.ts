import { is, Param, SQL } from 'drizzle-orm'

/** Whether a value is SQL. */
export function isSql(value: unknown): value is SQL {
  return hasClass(value) && is(value, SQL)
}

/** Whether a value is a parameter that was made already. */
export function isParam(value: unknown): value is Param {
  return hasClass(value) && is(value, Param)
}

/** Drizzle asks for the constructor, which a document need not have: `Object.groupBy` gives one without a prototype. */
function hasClass(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) !== null
}
