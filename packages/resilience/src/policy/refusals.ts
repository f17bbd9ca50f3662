import { isAppError } from '@base/core/errors'

/** These say that the dependency was not even reached; an option is wrong where the caller's key is too long. */
export const REFUSALS: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'CIRCUIT_OPEN',
  'BULKHEAD_FULL',
  'RATE_LIMITED',
  'INVALID_OPTION',
])

/** Whether a policy, and not the dependency, said no. */
export function isRefusal(error: unknown): boolean {
  return isAppError(error) && REFUSALS.has(error.code)
}
