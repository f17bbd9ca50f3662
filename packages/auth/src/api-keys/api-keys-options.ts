import { type Clock, systemClock } from '@base/core/clock'
import { type Duration, toMilliseconds } from '@base/core/duration'
import { checkFunction, checkMethods, checkOptions, type OptionPlace } from '@base/core/options'
import { placeOf } from '../place.js'
import type { ApiKeyStore } from './api-key-store.js'
import { checkPrefix } from './api-key-text.js'
import { memoryApiKeyStore } from './memory-api-key-store.js'

/** What an owner may do now; `undefined` where there is no such owner any more. */
export type OwnerScopes = (
  ownerId: string,
  context: {
    /** The signal of the verification that asks, where it has one. */
    readonly signal?: AbortSignal | undefined
  },
) => readonly string[] | undefined | PromiseLike<readonly string[] | undefined>

/** Options of {@link createApiKeys}; checked and read once, at construction. */
export interface ApiKeysOptions {
  /** Where they are kept. @defaultValue memoryApiKeyStore() */
  readonly store?: ApiKeyStore | undefined
  /**
   * What each key begins with, so that people and scanners know whose it is: your service, and what it is for, such as
   * `shop_live`. Letters and digits with single underscores between, at most 32. Another prefix refuses all keys of the one before.
   * @defaultValue 'key'
   */
  readonly prefix?: string | undefined
  /** For how long a key is good, more than 0; `Infinity` for no end. @defaultValue '90d' */
  readonly ttl?: Duration | undefined
  /** For how long a rotation leaves the key before good, from 0. @defaultValue '24h' */
  readonly overlap?: Duration | undefined
  /**
   * What an owner may do now, asked at each verification, so that a key never does more than who made it.
   * @defaultValue a key may do what it was made for
   */
  readonly ownerScopes?: OwnerScopes | undefined
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
}

/** Options that are checked. Durations are milliseconds. */
export interface ApiKeysSettings {
  readonly store: ApiKeyStore
  readonly prefix: string
  readonly ttl: number
  readonly overlap: number
  readonly ownerScopes: OwnerScopes | undefined
  readonly clock: Clock
}

/** Names the options of `createApiKeys` in errors. */
export const place: (option: string) => OptionPlace = /* @__PURE__ */ placeOf('createApiKeys')

const METHODS = ['create', 'find', 'rotate', 'touch', 'revoke', 'revokeAll', 'list'] as const

/** Checks the options. @throws InvalidOptionError */
export function readOptions(options: ApiKeysOptions): ApiKeysSettings {
  const { store = memoryApiKeyStore(), prefix = 'key', ttl = '90d' } = checkOptions(options, place('options'))
  const { overlap = '24h', ownerScopes, clock = systemClock } = options
  return {
    store: checkMethods(store, METHODS, place('store')),
    prefix: checkPrefix(prefix, place('prefix')),
    ttl: checkTtl(ttl),
    overlap: toMilliseconds(overlap, place('overlap')),
    ownerScopes: ownerScopes === undefined ? undefined : checkFunction(ownerScopes, place('ownerScopes')),
    clock: checkMethods(clock, ['now', 'schedule'], place('clock')),
  }
}

/** For how long a key is good. @throws InvalidOptionError */
export function checkTtl(ttl: Duration): number {
  return toMilliseconds(ttl, { ...place('ttl'), positive: true, infinity: true })
}
