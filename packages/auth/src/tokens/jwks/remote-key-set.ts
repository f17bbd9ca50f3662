import { diagnosticsChannel } from '@base/core/diagnostics'
import { AuthError } from '../../errors/auth-error.js'
import { readKeySet } from '../keys/json-key-set.js'
import type { JsonWebKey } from '../keys/json-web-key.js'
import type { KeySet } from '../keys/key-source.js'
import { type FetchRules, fetchKeys } from './fetch-keys.js'
import { freshFor } from './freshness.js'
import type { RemoteJwks } from './remote-jwks.js'

/** How a remote set is kept, in milliseconds. */
export interface RemoteRules extends FetchRules {
  readonly cooldown: number
  readonly maxAge: number
  readonly staleIfError: number
}

/** A set that was fetched. */
interface Kept {
  readonly set: KeySet
  readonly etag: string | null
  readonly fetchedAt: number
  readonly freshFor: number
}

const fetched = diagnosticsChannel<{ url: string; keys: number; ignored: number }>('base:auth:jwks:fetched')
const failed = diagnosticsChannel<{ url: string; error: unknown }>('base:auth:jwks:fetch_failed')

/** The set behind `remoteJwks`. */
export class RemoteKeySet implements RemoteJwks {
  readonly url: string
  readonly #rules: RemoteRules
  #kept: Kept | undefined
  #askedAt = Number.NEGATIVE_INFINITY
  #error: unknown
  #fetching: Promise<void> | undefined

  constructor(rules: RemoteRules) {
    this.#rules = rules
    this.url = rules.url
  }

  current(): KeySet | Promise<KeySet> {
    const kept = this.#kept
    return kept !== undefined && this.#ageOf(kept) < kept.freshFor ? kept.set : this.refresh()
  }

  async refresh(): Promise<KeySet> {
    const { clock, cooldown } = this.#rules
    if (this.#fetching !== undefined || clock.monotonic() - this.#askedAt >= cooldown) await this.#fetchOnce()
    const kept = this.#kept
    if (kept !== undefined && this.#ageOf(kept) < kept.freshFor + this.#rules.staleIfError) return kept.set
    throw new AuthError({
      code: 'KEYS_UNAVAILABLE',
      reason: 'The JWK set could not be fetched.',
      retryAfter: Math.max(0, Math.ceil(this.#askedAt + cooldown - clock.monotonic())),
      cause: this.#error,
    })
  }

  #ageOf({ fetchedAt }: Kept): number {
    return this.#rules.clock.monotonic() - fetchedAt
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
      this.#error = undefined
    } catch (error) {
      this.#error = error
      if (failed.hasSubscribers) failed.publish({ url: this.url, error })
    }
  }

  async #ask(fetchedAt: number): Promise<Kept> {
    const { cooldown, maxAge } = this.#rules
    const before = this.#kept
    const answer = await fetchKeys(this.#rules, before?.etag ?? null)
    // It is not asked again before the cooldown is over, so what it said last is as good as can be had.
    const fresh = freshFor(answer.cacheControl, { least: cooldown, most: Math.max(maxAge, cooldown) })
    if (!answer.changed && before !== undefined) return { ...before, fetchedAt, freshFor: fresh }
    if (!answer.changed) throw new Error('The answer is "not modified", of nothing.')
    const { set, size, ignored } = readKeySet(answer.keys.filter(isPublic))
    if (fetched.hasSubscribers) fetched.publish({ url: this.url, keys: size, ignored: ignored.length })
    return { set, etag: answer.etag, fetchedAt, freshFor: fresh }
  }
}

/** A secret that is published is none, and neither is a private key. */
function isPublic(jwk: unknown): boolean {
  const { kty, d } = (jwk ?? {}) as JsonWebKey
  return kty !== 'oct' && d === undefined
}
