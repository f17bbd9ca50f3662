import { TestClock } from '@base/core/testing'
import {
  type AccessInput,
  createRefreshService,
  memoryRefreshStore,
  type RefreshReuse,
  type RefreshService,
  type RefreshServiceOptions,
  type RefreshStore,
} from '../index.js'

/** A service whose access tokens are the inputs they were issued for, as JSON, and what it was asked and told. */
export interface Bench {
  readonly clock: TestClock
  readonly store: RefreshStore
  readonly refresh: RefreshService
  readonly reuses: RefreshReuse[]
  readonly revokedSubjects: string[]
  readonly revokedSessions: string[]
  /** Another node on the same store. */
  node(options?: Partial<RefreshServiceOptions>): RefreshService
}

export function benchOf(options: Partial<RefreshServiceOptions> = {}): Bench {
  const clock = new TestClock()
  const store = options.store ?? memoryRefreshStore({ clock })
  const reuses: RefreshReuse[] = []
  const revokedSubjects: string[] = []
  const revokedSessions: string[] = []
  const tokens = {
    issueAccess: async (input: AccessInput) => ({ token: JSON.stringify(input) }),
    revokeAll: async (sub: string) => void revokedSubjects.push(sub),
    revokeSession: async (sid: string) => void revokedSessions.push(sid),
  }
  const node = (more: Partial<RefreshServiceOptions> = {}) =>
    createRefreshService({
      tokens,
      clock,
      onReuse: (reuse) => reuses.push(reuse),
      ...options,
      store,
      ...more,
    })
  return { clock, store, refresh: node(), reuses, revokedSubjects, revokedSessions, node }
}

/** What an access token of a bench was issued for. */
export function inputOf({ accessToken }: { readonly accessToken: string }): AccessInput {
  return JSON.parse(accessToken) as AccessInput
}
