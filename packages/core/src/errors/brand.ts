import type { AppError } from './app-error.js'
import { isErrorKind } from './kind.js'

/** A registered symbol, so that two copies of core in one process recognise each other's errors. */
export const BRAND: symbol = Symbol.for('@base/core/error')

/**
 * Whether a value is an {@link AppError}, made by this copy of core or by another; with `code`, whether it is that one.
 * Prefer it to `instanceof`, which fails where two versions of core meet. Never throws: what cannot be read is none.
 *
 * @example
 * try {
 *   await loadOrder(id)
 * } catch (error) {
 *   if (isAppError(error, 'NOT_FOUND')) return undefined
 *   throw error
 * }
 */
export function isAppError(error: unknown): error is AppError
export function isAppError<Code extends string>(
  error: unknown,
  code: Code,
): error is AppError & { readonly code: Code }
export function isAppError(error: unknown, code: string | undefined): error is AppError
export function isAppError(error: unknown, code?: unknown): boolean {
  try {
    if (!isOf(error, 'Error')) return false
    const candidate = error as Partial<Record<PropertyKey, unknown>>
    if (candidate[BRAND] !== true || typeof candidate['code'] !== 'string' || !isErrorKind(candidate['kind']))
      return false
    // `errors.filter(isAppError)` gives an index.
    return typeof code !== 'string' || candidate['code'] === code
  } catch {
    // A getter or a proxy that throws.
    return false
  }
}

/** Whether a value is of a class of the language, in this realm or another; smaller than `isBuiltIn`, and takes its word. */
export function isOf(value: unknown, name: 'ArrayBuffer' | 'Error' | 'Map' | 'Set'): boolean {
  return value instanceof globalThis[name] || Object.prototype.toString.call(value) === `[object ${name}]`
}
