import { isAppError } from '@base/core/errors'
import type { CallContext } from './call-context.js'

/** By its caller, or by a policy around it that did not wait for an answer; a timeout does, and speaks against the dependency. */
export function isGivenUp(ctx: CallContext): boolean {
  if (ctx.caller?.aborted === true) return true
  return ctx.scope?.aborted === true && !isAppError(ctx.scope.reason, 'TIMEOUT')
}
