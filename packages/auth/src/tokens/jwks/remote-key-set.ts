import { diagnosticsChannel } from '@base/core/diagnostics'
import { AuthError } from '../../errors/auth-error.js'
import { readKeySet } from '../keys/json-key-set.js'
import type { JsonWebKey } from '../keys/json-web-key.js'
import type { KeySet, KeySource } from '../keys/key-source.js'
import { type FetchRules, fetchKeys } from './fetch-keys.js'
import { freshFor } from './freshness.js'

/** How a remote set is kept, in milliseconds. */
export interface RemoteRules extends FetchRules {
  readonly cooldown: number
  readonly maxAge: number
  readonly staleIfError: number
}

interface Kept {
  readonly set: KeySet
  readonly etag: string | null
  readonly fetchedAt: number
  readonly freshFor: number
}

/** The least time after a failure where nobody gets in meanwhile: long enough that an issuer that is down is not stormed. */
const REST = 1_000

const fetched = diagnosticsChannel<{ url: string; keys: number; ignored: number }>('base:auth:jwks:fetched')
const failed = diagnosticsChannel<{ url: string; error: unknown }>('base:auth:jwks:fetch_failed')

/** The set behind `remoteJwks`. */
export class RemoteKeySet implements KeySource {
  readonly url: string
  readonly #rules: RemoteRules
  #kept: Kept | undefined
  #askedAt = Number.NEGATIVE_INFINITY
  /** Where nothing was fetched since. */
  #failure: { readonly at: number; readonly error: unknown } | undefined
  #fetching: Promise<void> | undefined

  constructor(rules: RemoteRules) {
    this.#rules = rules
    this.url = rules.url
  }

  current(): KeySet | Promise<KeySet> {
    const kept = this.#kept
    if (kept === undefined) return this.refresh()
    const { clock, cooldown, timeout, staleIfError } = this.#rules
    const end = kept.fetchedAt + kept.freshFor
    const now = clock.monotonic()
    if (now < end) return kept.set
    // After a while in which nobody has asked, a key in it may be gone: it is not served on before the issuer has failed again.
    const isInUse = now - (this.#failure?.at ?? end) < cooldown + timeout
    if (!isInUse || now >= end + staleIfError) return this.refresh()
    if (this.#mayAsk()) void this.#fetchOnce()
    return kept.set
  }

  async refresh(): Promise<KeySet> {
    const isAsked = this.#fetching !== undefined || this.#mayAsk()
    if (isAsked) await this.#fetchOnce()
    // What has just come is good for who waited for it, for however short a time it is to be kept.
    const usable = isAsked && this.#failure === undefined ? this.#kept : this.#usable()
    if (usable !== undefined) return usable.set
    throw new AuthError({
      code: 'KEYS_UNAVAILABLE',
      reason: 'The JWK set could not be fetched.',
      retryAfter: Math.max(0, Math.ceil(this.#restsUntil() - this.#rules.clock.monotonic())),
      cause: this.#failure?.error,
    })
  }

  /** What was fetched, unless even the time for an issuer that is away is over. */
  #usable(): Kept | undefined {
    const { clock, staleIfError } = this.#rules
    const kept = this.#kept
    if (kept === undefined) return undefined
    return clock.monotonic() < kept.fetchedAt + kept.freshFor + staleIfError ? kept : undefined
  }

  #mayAsk(): boolean {
    return this.#rules.clock.monotonic() >= this.#restsUntil()
  }

  /** Without a set every token is refused, so that one packet that was lost does not cost the whole cooldown. */
  #restsUntil(): number {
    const { cooldown } = this.#rules
    return this.#usable() === undefined
      ? (this.#failure?.at ?? Number.NEGATIVE_INFINITY) + Math.min(cooldown, REST)
      : this.#askedAt + cooldown
  }

  /** All who need it share one. It never rejects. */
  #fetchOnce(): Promise<void> {
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined
    })
    return this.#fetching
  }

  async #fetch(): Promise<void> {
    this.#askedAt = this.#rules.clock.monotonic()
    try {
      this.#kept = await this.#ask(this.#askedAt)
      this.#failure = undefined
    } catch (error) {
      this.#failure = { at: this.#rules.clock.monotonic(), error }
      if (failed.hasSubscribers) failed.publish({ url: this.url, error })
    }
  }

  async #ask(fetchedAt: number): Promise<Kept> {
    const { cooldown, maxAge } = this.#rules
    const before = this.#kept
    const answer = await fetchKeys(this.#rules, before?.etag ?? null)
    const { etag } = answer
    // It is not asked again before the cooldown is over, so what it said last is as good as can be had.
    const fresh = freshFor(answer.cacheControl, { least: cooldown, most: Math.max(maxAge, cooldown) })
    if (answer.keys === undefined) return { set: (before as Kept).set, etag, fetchedAt, freshFor: fresh }
    const { set, keys, ignored } = readKeySet(distinct(answer.keys).filter(isPublic))
    if (fetched.hasSubscribers) fetched.publish({ url: this.url, keys: keys.length, ignored: ignored.length })
    return { set, etag, fetchedAt, freshFor: fresh }
  }
}

/** A key that is there twice, as sets that were put together have it, is one. */
function distinct(jwks: readonly unknown[]): readonly unknown[] {
  return [...new Map(jwks.map((jwk) => [JSON.stringify(jwk), jwk])).values()]
}

/** A secret that is published is none, and neither is a private key. */
function isPublic(jwk: unknown): boolean {
  const { kty, d } = (jwk ?? {}) as JsonWebKey
  return kty !== 'oct' && d === undefined
}
