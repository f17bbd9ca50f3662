import { type DrizzleEntityClass, is } from 'drizzle-orm'

/** Drizzle's `is`, for what need not have a constructor, which that asks for: `Object.groupBy` gives objects without a prototype. */
export function isOf<C>(value: unknown, type: DrizzleEntityClass<C>): value is C {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) !== null && is(value, type)
  )
}
