import { combine, opposite, type Specification } from './specification.js'

/**
 * Satisfied where all are; of none, always.
 *
 * @example
 * allOf(isActive, isAdult, livesInLisbon)
 */
export function allOf<T>(...specifications: readonly Specification<T>[]): Specification<T> {
  return combine('and', specifications)
}

/**
 * Satisfied where one at least is; of none, never.
 *
 * @example
 * anyOf(...roles.map((role) => where<User>().hasElement('roles', role)))
 */
export function anyOf<T>(...specifications: readonly Specification<T>[]): Specification<T> {
  return combine('or', specifications)
}

/**
 * Satisfied where the other is not, nulls included.
 *
 * @example
 * not(isBlocked)
 */
export function not<T>(specification: Specification<T>): Specification<T> {
  return opposite(specification)
}

/** Satisfied by everything: the neutral part of `and`. */
export function always<T>(): Specification<T> {
  return allOf<T>()
}

/** Satisfied by nothing: the neutral part of `or`. */
export function never<T>(): Specification<T> {
  return anyOf<T>()
}
