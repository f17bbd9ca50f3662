export { ContextMissingError } from './context-error.js'
export { type ContextKey, createContextKey } from './context-key.js'
export { correlationId, deadline, type Principal, principal, tenantId } from './keys.js'
export { bindContext, type ContextEntry, isContextAvailable, runInContext } from './run-in-context.js'
