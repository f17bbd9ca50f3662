import { isAppError } from '@base/core/errors'

/** These say that the dependency was not even reached; an option is wrong where the caller's key is too long. */
export const REFUSALS: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'CIRCUIT_OPEN',
  'BULKHEAD_FULL',
  'RATE_LIMITED',
  'INVALID_OPTION',
])

/** Whether a policy inside said no. A rate limit may be the dependency's own word, and says when to come again. */
export function isInnerRefusal(error: unknown): boolean {
  return isAppError(error, 'CIRCUIT_OPEN') || isAppError(error, 'BULKHEAD_FULL')
}

/** Whether a policy, and not the dependency, said no. */
export function isRefusal(error: unknown): boolean {
  return isAppError(error) && REFUSALS.has(error.code)
}
