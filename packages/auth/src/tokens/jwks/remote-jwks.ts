import { type Clock, systemClock } from '@base/core/clock'
import { type Duration, toMilliseconds } from '@base/core/duration'
import { checkFunction, checkMethods, checkOptions } from '@base/core/options'
import { placeOf } from '../../place.js'
import { checkAddress } from '../../web-address.js'
import type { KeySource } from '../keys/key-source.js'
import { RemoteKeySet } from './remote-key-set.js'

/** Options of {@link remoteJwks}; checked and read once. */
export interface RemoteJwksOptions {
  /**
   * The least time between two requests, whatever tokens come. Without a set that can be used, a failure is followed by another
   * request after a second, or after this where it is less.
   * @defaultValue '30s'
   */
  readonly cooldown?: Duration | undefined
  /** How long the issuer may take to answer, more than 0. @defaultValue '5s' */
  readonly timeout?: Duration | undefined
  /**
   * How long a set is fresh at most, more than 0; a shorter `max-age` of the issuer counts. Neither is less than `cooldown`.
   * The first token after that has it fetched anew, and does not wait for it unless `cooldown` and `timeout` are over too.
   * @defaultValue '10m'
   */
  readonly maxAge?: Duration | undefined
  /**
   * For how long after `maxAge` a set is still used while the issuer does not answer. With 0 tokens wait for a new set instead.
   * @defaultValue '1h'
   */
  readonly staleIfError?: Duration | undefined
  /** Makes the requests. @defaultValue the platform's `fetch` */
  readonly fetch?: typeof globalThis.fetch | undefined
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
}

/** The keys of another issuer. Made by {@link remoteJwks}. */
export interface RemoteJwks extends KeySource {
  /** Where they are. */
  readonly url: string
}

/**
 * The keys that an issuer publishes, fetched when they are first needed.
 *
 * All who need them share one request. A token with an unknown key makes for one more, at most one per `cooldown`, and waits
 * for it; the others have the last set while a new one is fetched. A set is at most 64 KiB and 64 keys; redirects are not
 * followed; secrets and private keys in it, and keys that are too weak, are ignored; a key that is in it twice is one.
 * While the issuer is away the last set serves on for `staleIfError`; after that tokens are refused with `KEYS_UNAVAILABLE`.
 *
 * @example
 * const keys = remoteJwks('https://login.example.com/.well-known/jwks.json')
 * await keys.refresh() // at the start, if the first request shall not wait for it
 *
 * @throws InvalidOptionError for a URL that is not https (http is for this machine alone) or has credentials, or a wrong option.
 */
export function remoteJwks(url: string | URL, options: RemoteJwksOptions = {}): RemoteJwks {
  const place = placeOf('remoteJwks')
  const { cooldown = '30s', timeout = '5s', maxAge = '10m' } = checkOptions(options, place('options'))
  const { staleIfError = '1h', clock = systemClock } = options
  const { fetch = (input, init) => globalThis.fetch(input, init) } = options
  return new RemoteKeySet({
    url: new URL(checkAddress(url instanceof URL ? url.href : url, place('url'))).href,
    cooldown: toMilliseconds(cooldown, place('cooldown')),
    timeout: toMilliseconds(timeout, { ...place('timeout'), positive: true }),
    maxAge: toMilliseconds(maxAge, { ...place('maxAge'), positive: true }),
    staleIfError: toMilliseconds(staleIfError, place('staleIfError')),
    fetch: checkFunction(fetch, place('fetch')),
    clock: checkMethods(clock, ['now', 'monotonic', 'schedule'], place('clock')),
  })
}
