import { diagnosticsChannel } from '@base/core/diagnostics'
import { reportCallbackError } from '@base/core/events'
import type { RefreshFamily } from './refresh-store.js'

/** A refresh token was presented that had been rotated before. */
export interface RefreshReuse {
  /** Whose sign-in it is. */
  readonly sub: string
  /** The client it belongs to, which is also who presented it. */
  readonly clientId: string
  /** The family. */
  readonly familyId: string
  /**
   * Whether it came within the grace, so that it gets the same successor, unless it asks for a wider scope, and the family
   * lives: a lost answer, two tabs, or a thief who was quick. Otherwise the family has just been revoked.
   */
  readonly withinGrace: boolean
}

const reused = diagnosticsChannel<RefreshReuse>('base:auth:refresh:reused')

/** Tells of a reuse: the channel `base:auth:refresh:reused`, and who asked to be told. Never throws, never waits. */
export function tellReuse(
  { sub, clientId, id: familyId }: RefreshFamily,
  withinGrace: boolean,
  onReuse: ((reuse: RefreshReuse) => unknown) | undefined,
): void {
  const reuse = { sub, clientId, familyId, withinGrace }
  if (reused.hasSubscribers) reused.publish(reuse)
  try {
    // Whatever can be waited for: a query of drizzle or knex does not run before that.
    Promise.resolve(onReuse?.(reuse)).catch(report)
  } catch (error) {
    report(error)
  }
}

function report(error: unknown): void {
  reportCallbackError(error, { package: '@base/auth', pattern: 'createRefreshService', callback: 'onReuse' })
}
