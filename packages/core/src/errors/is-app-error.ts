import type { AppError } from './app-error.js'
import { BRAND } from './brand.js'
import { isOf } from './built-in.js'
import { isErrorKind } from './kind.js'

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
