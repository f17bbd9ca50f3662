import { onAbort } from '@base/core/abort'
import type { CallContext } from './call-context.js'

/**
 * Calls the listener once, when the call is given up, until the function that is returned is called. No method of the
 * call: a policy that never waits goes without it.
 */
export function listen({ scope, caller }: CallContext, listener: () => void): () => void {
  if (scope !== undefined) return scope.listen(listener)
  return caller === undefined ? nothing : onAbort(caller, listener)
}

function nothing(): void {}
