import { type Clock, systemClock } from '@base/core/clock'
import { type Codec, jsonCodec } from '@base/core/codec'
import { type Duration, toMilliseconds } from '@base/core/duration'
import { checkFunction, checkMethods, checkText, invalidOption } from '@base/core/options'
import { ok, type Result } from '@base/core/result'
import type { AuthError } from '../errors/auth-error.js'
import { kindOfSecret } from '../kind-of-secret.js'
import { placeOf } from '../place.js'
import { askStore } from '../tokens/opaque/ask-store.js'
import { checkName } from '../tokens/opaque/check-name.js'
import { createHandle, createOpaqueToken, hashText, readOpaqueToken } from '../tokens/opaque/opaque-token.js'
import { refused } from '../tokens/refused.js'
import type { ActionTokenKey, ActionTokenStore, StoredActionToken } from './action-token-store.js'
import type { ActionGrant, ActionTokens, IssuedActionToken } from './action-tokens.js'
import { memoryActionTokenStore } from './memory-action-token-store.js'

const LONGEST_PURPOSE = 64
const DAY = 86_400_000
/** An invitation may wait for so long; a link that gives an account away should not. */
const LONGEST_TTL = 30 * DAY
/** What a store must be able to keep, in UTF-16 units of its JSON. */
const MAX_DATA = 16_384
const REFUSED = 'ACTION_TOKEN_INVALID'
const UNKNOWN = 'The token is unknown, used, over, or of another purpose.'
const OUTDATED = 'The account has changed since the token was issued.'

/** What a token is good for. The names that are listed are customary, and any other will do. */
export type ActionPurpose = 'reset' | 'verify-email' | 'invite' | 'sign-in' | (string & {})

/** Options of {@link createActionTokens}; checked and read once, at construction. */
export interface ActionTokensOptions {
  /** Where the hashes are kept. @defaultValue memoryActionTokenStore() */
  readonly store?: ActionTokenStore | undefined
  /** What the tokens are good for, 1 to 64 characters; those of another purpose are refused. */
  readonly purpose: ActionPurpose
  /** For how long a token is good, more than 0, at most 30 days. @defaultValue '30m' */
  readonly ttl?: Duration | undefined
  /**
   * What must not change from the issue of a token until its use: of a password reset the stored hash of the password, of a
   * verification the address. Asked at the issue, before a token is used and once it is; a token whose subject has another
   * state by then, or none (`undefined`), is refused. Only a hash of it is stored. What it throws is thrown on, and before the
   * token is used leaves it good.
   * @defaultValue none: a token outlives a change of password, unless you call `revokeAll`
   */
  readonly state?: ((sub: string) => string | undefined | PromiseLike<string | undefined>) | undefined
  /** Carries the data to the store and back. @defaultValue jsonCodec */
  readonly codec?: Codec | undefined
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
}

/**
 * Links in mails that allow one thing once: a new password, the proof of an address, an invitation.
 *
 * A token is random and says nothing; the store has its hash, so who reads the store cannot use it. It is good for one use, for
 * one purpose and for a while. Using one ends all others of its subject and purpose, in one atomic step, on however many
 * machines. With `state` it ends when the account changes, such as by a new password.
 *
 * Not promised: that whoever redeems it is its owner. It proves that somebody read the mail.
 *
 * @example
 * const resets = createActionTokens({
 *   store: memoryActionTokenStore(),
 *   purpose: 'reset',
 *   state: async (sub) => (await users.get(sub))?.passwordHash,
 * })
 * const { token } = await resets.issue('user-1') // into the link of a mail
 * const redeemed = await resets.redeem(token)
 * if (redeemed.ok) await users.setPassword(redeemed.value.sub, 'a new password')
 *
 * @throws InvalidOptionError naming the option.
 * @see OWASP, Forgot Password Cheat Sheet; OWASP ASVS 5.0, 6.4.3 and 6.5.5
 */
export function createActionTokens<Data = unknown>(options: ActionTokensOptions): ActionTokens<Data> {
  return new StoredTokens<Data>(options ?? {})
}

const place = /* @__PURE__ */ placeOf('createActionTokens')

class StoredTokens<Data> implements ActionTokens<Data> {
  readonly #store: ActionTokenStore
  readonly #purpose: string
  readonly #ttl: number
  readonly #state: ActionTokensOptions['state']
  readonly #codec: Codec
  readonly #clock: Clock

  constructor({ purpose, state, ...options }: ActionTokensOptions) {
    const { store = memoryActionTokenStore(), ttl = '30m', codec = jsonCodec, clock = systemClock } = options
    this.#store = checkMethods(store, ['add', 'find', 'take', 'removeAll'], place('store'))
    this.#purpose = checkName(
      checkText(purpose, { ...place('purpose'), maxLength: LONGEST_PURPOSE }),
      place('purpose'),
    )
    this.#ttl = checkTtl(ttl)
    this.#state = state === undefined ? undefined : checkFunction(state, place('state'))
    this.#codec = checkMethods(codec, ['encode', 'decode'], place('codec'))
    this.#clock = checkMethods(clock, ['now'], place('clock'))
  }

  async issue(sub: string, data?: Data): Promise<IssuedActionToken> {
    const owner = checkName(sub, place('sub'))
    const encoded = this.#encode(data)
    const state = await this.#fingerprint(owner)
    if (this.#state !== undefined && state === undefined)
      throw invalidOption('another', place('sub'), 'a subject of which state() gives a text')
    const { text: token, handle, hash } = await createOpaqueToken(createHandle())
    const facts = { purpose: this.#purpose, handle, hash, sub: owner, data: encoded, state, ttl: this.#ttl }
    const expiresAt = await this.#ask(async (store, now) => {
      await store.add(facts, now)
      return now + this.#ttl
    })
    return { token, expiresAt }
  }

  async verify(token: string): Promise<Result<ActionGrant<Data>, AuthError>> {
    const key = await this.#keyOf(token)
    const found = key && (await this.#ask((store, now) => store.find(key, now)))
    if (found === undefined) return refused(REFUSED, UNKNOWN)
    if (await this.#isOutdated(found)) return refused(REFUSED, OUTDATED)
    const { sub, data, expiresAt } = found
    return ok({ sub, data: this.#codec.decode(data) as Data, expiresAt })
  }

  async redeem(token: string): Promise<Result<ActionGrant<Data>, AuthError>> {
    // Looked at before it is used, so that neither a state that cannot be read nor data that cannot be decoded costs the token.
    const verified = await this.verify(token)
    const key = verified.ok ? await this.#keyOf(token) : undefined
    if (key === undefined) return verified
    const taken = await this.#ask((store, now) => store.take(key, now))
    if (taken === undefined) return refused(REFUSED, UNKNOWN)
    // The account may have changed since that look, and the token is used now.
    return (await this.#isOutdated(taken)) ? refused(REFUSED, OUTDATED) : verified
  }

  async revokeAll(sub: string): Promise<number> {
    const owner = checkName(sub, place('sub'))
    return this.#ask((store, now) => store.removeAll(this.#purpose, owner, now))
  }

  async #keyOf(token: unknown): Promise<ActionTokenKey | undefined> {
    const read = await readOpaqueToken(token)
    return read && { purpose: this.#purpose, handle: read.handle, hash: read.hash }
  }

  async #isOutdated({ sub, state }: StoredActionToken): Promise<boolean> {
    if (this.#state === undefined) return false
    const present = await this.#fingerprint(sub)
    return present === undefined || present !== state
  }

  /** Of a state only a hash is stored, bound to whose it is. */
  async #fingerprint(sub: string): Promise<string | undefined> {
    const state = await this.#state?.(sub)
    if (state === undefined || state === null) return undefined
    if (typeof state !== 'string')
      throw invalidOption(
        `one that gives ${kindOfSecret(state)}`,
        place('state'),
        'a function that gives a text or undefined',
      )
    return hashText(`${this.#purpose}\0${sub}\0${state}`)
  }

  #encode(data: unknown): string {
    const text = this.#codec.encode(data)
    if (text.length <= MAX_DATA) return text
    throw invalidOption(`${text.length} characters`, place('data'), `at most ${MAX_DATA} characters of JSON`)
  }

  #ask<T>(ask: (store: ActionTokenStore, now: number) => PromiseLike<T>): Promise<T> {
    return askStore('action token', () => ask(this.#store, this.#clock.now()))
  }
}

function checkTtl(value: Duration): number {
  const ttl = toMilliseconds(value, { ...place('ttl'), positive: true })
  if (ttl > LONGEST_TTL) throw invalidOption(value, place('ttl'), 'at most 30 days')
  return ttl
}
