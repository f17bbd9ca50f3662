import { type ContextKey, createContextKey } from './context-key.js'

/**
 * Who acts: a user, a service, a job. Add what yours carry by declaration merging: an `interface Principal` within
 * `declare module '@base/core/context'`, in a file of your types.
 *
 * @example
 * const worker: Principal = { id: 'billing', roles: ['service'] }
 * runInContext([[principal, worker]], () => principal.require().id) // 'billing'
 */
export interface Principal {
  /** Identifies it among all principals: the subject of a token, the name of a service. */
  readonly id: string
  /** The roles it acts in. */
  readonly roles?: readonly string[] | undefined
}

/** Ties together all that one request caused, over services: logs, messages, events. */
export const correlationId: ContextKey<string> = createContextKey('correlationId')

/** The tenant on whose behalf the code runs. */
export const tenantId: ContextKey<string> = createContextKey('tenantId')

/** Who acts. */
export const principal: ContextKey<Principal> = createContextKey('principal')

/**
 * When the caller stops waiting: wall-clock milliseconds since 1970, to be compared with `clock.now()`. A point in time
 * and not a length, so that it can be passed on to the next call as it is.
 *
 * @example
 * runInContext([[deadline, systemClock.now() + toMilliseconds('2s')]], () => placeOrder())
 */
export const deadline: ContextKey<number> = createContextKey('deadline')
