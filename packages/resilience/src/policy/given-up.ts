import { isAppError } from '@base/core/errors'
import type { CallContext } from './call-context.js'

/**
 * By its caller, or by a policy around it that did not wait for an answer; a timeout does, and speaks against the
 * dependency, unless the call had not left our own queues, and they moved.
 */
export function isGivenUp(ctx: CallContext): boolean {
  if (ctx.caller?.aborted === true) return true
  const { scope } = ctx
  if (scope?.aborted !== true) return false
  return ctx.turnedBack || !isAppError(scope.reason, 'TIMEOUT')
}
