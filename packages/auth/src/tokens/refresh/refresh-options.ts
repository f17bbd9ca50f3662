import { type Clock, systemClock } from '@base/core/clock'
import { type Duration, toMilliseconds } from '@base/core/duration'
import { checkFunction, checkMethods, invalidOption, type OptionPlace } from '@base/core/options'
import { placeOf } from '../../place.js'
import type { AccessInput } from '../service/token-service.js'
import type { RefreshStore } from './refresh-store.js'
import type { RefreshReuse } from './reuse.js'

/** Longer than this, and a thief has time enough. */
const MAX_GRACE = 60_000

/** What a refresh service asks for access tokens: `createTokenService` is one. */
export interface AccessTokenIssuer {
  /** A new access token. */
  issueAccess(input: AccessInput): PromiseLike<{
    /** The access token. */
    readonly token: string
  }>
  /** Makes every access token of a subject invalid that was issued before. */
  revokeAll(sub: string): unknown
  /** Makes every access token with that `sid` invalid. @defaultValue they live until they expire */
  revokeSession?(sid: string): unknown
}

/** Options of {@link createRefreshService}; checked and read once, at construction. */
export interface RefreshServiceOptions {
  /** Where the families are kept. */
  readonly store: RefreshStore
  /** What issues the access tokens, and revokes those of a subject. */
  readonly tokens: AccessTokenIssuer
  /** For how long a refresh token may lie unused, more than 0. @defaultValue '7d' */
  readonly idleTtl?: Duration | undefined
  /** For how long a sign-in lasts, however much it is used, more than 0. @defaultValue '30d' */
  readonly absoluteTtl?: Duration | undefined
  /**
   * For how long a refresh token that was just rotated may be presented again, 0 to 60 s, for who lost the answer, or asked
   * from two tabs at once: it gets the same successor. It ends early once that successor is used. A token that was presented before its
   * rotation was done is within it too, however long the issuer of access tokens takes for both, up to 60 s.
   * @defaultValue '10s'
   */
  readonly reuseGrace?: Duration | undefined
  /**
   * Told whenever a token is presented that was rotated before, by the client and with the key of its sign-in, while that
   * lives. Not waited for, though a query that it returns runs; what it throws goes to `process.emitWarning` and changes nothing.
   * @defaultValue nobody is told
   */
  readonly onReuse?: ((reuse: RefreshReuse) => unknown) | undefined
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
}

/** Options that are checked. Durations are milliseconds. */
export interface RefreshSettings {
  readonly store: RefreshStore
  readonly tokens: AccessTokenIssuer
  readonly idleTtl: number
  readonly absoluteTtl: number
  readonly grace: number
  readonly onReuse: ((reuse: RefreshReuse) => unknown) | undefined
  readonly clock: Clock
}

const METHODS = ['start', 'find', 'rotate', 'revokeFamily', 'revokeAll', 'list'] as const
const ISSUER = ['issueAccess', 'revokeAll'] as const

/** Names the options of `createRefreshService` in errors. */
export const place: (option: string) => OptionPlace = /* @__PURE__ */ placeOf('createRefreshService')

export function readOptions(options: RefreshServiceOptions): RefreshSettings {
  const { store, tokens, idleTtl = '7d', absoluteTtl = '30d', reuseGrace = '10s' } = options ?? {}
  const { onReuse, clock = systemClock } = options ?? {}
  const grace = toMilliseconds(reuseGrace, place('reuseGrace'))
  const issuer = tokens?.revokeSession === undefined ? ISSUER : ([...ISSUER, 'revokeSession'] as const)
  if (grace > MAX_GRACE) throw invalidOption(reuseGrace, place('reuseGrace'), 'at most 60s')
  return {
    store: checkMethods(store, METHODS, place('store')),
    tokens: checkMethods(tokens, issuer, place('tokens')),
    idleTtl: toMilliseconds(idleTtl, { ...place('idleTtl'), positive: true }),
    absoluteTtl: toMilliseconds(absoluteTtl, { ...place('absoluteTtl'), positive: true }),
    grace,
    onReuse: onReuse === undefined ? undefined : checkFunction(onReuse, place('onReuse')),
    clock: checkMethods(clock, ['now'], place('clock')),
  }
}

/** The grace of a token that was good when it was presented, so long ago: its holder is not late for what the issuer took since. */
export function graceAfter(took: number, grace: number): number {
  return grace === 0 ? 0 : Math.min(MAX_GRACE, Math.max(grace, Math.ceil(took)))
}
