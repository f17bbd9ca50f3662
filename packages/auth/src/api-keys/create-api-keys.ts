import { untilAborted } from '@base/core/abort'
import { toMilliseconds } from '@base/core/duration'
import { ForbiddenError, NotFoundError } from '@base/core/errors'
import { checkOptions } from '@base/core/options'
import { err, ok, type Result } from '@base/core/result'
import type { AuthError } from '../errors/auth-error.js'
import { signalOf } from '../signal-of.js'
import { askStore } from '../tokens/opaque/ask-store.js'
import { checkName } from '../tokens/opaque/check-name.js'
import { refused } from '../tokens/refused.js'
import type { ApiKeyStore, StoredApiKey, StoredApiKeySecret } from './api-key-store.js'
import { createKeyId, createKeyText, isKeyId, readKeyText } from './api-key-text.js'
import type {
  ApiKey,
  ApiKeys,
  IssuedApiKey,
  NewApiKey,
  OwnedApiKeyOptions,
  RotateApiKeyOptions,
  VerifiedApiKey,
  VerifyApiKeyOptions,
} from './api-keys.js'
import {
  type ApiKeysOptions,
  type ApiKeysSettings,
  checkTtl,
  place,
  readOptions,
} from './api-keys-options.js'
import { checkScope, checkScopes } from './key-scopes.js'
import { hashOfKey, secretOf } from './present-secret.js'
import { UseNotes } from './use-notes.js'

/**
 * Keys for programs: partners, jobs, command lines. Each is good for some time, for what it was made for, and no more than its
 * owner may do at that moment.
 *
 * A key says whose it is, has an id by which it is found, 190 random bits and a checksum, which refuses what is mistyped or
 * invented before the store is asked. The store knows its SHA-256 alone, so it can be shown once.
 *
 * Not promised: that a stolen key is noticed, or that it is good for users in a browser: give those sessions.
 *
 * @example
 * const keys = createApiKeys({ store: memoryApiKeyStore(), prefix: 'shop_live' })
 * const { id, key } = await keys.create({ ownerId: 'partner-1', scopes: ['orders:read'] })
 * const result = await keys.verify(key, { scope: 'orders:read' })
 * if (result.ok) result.value.ownerId // 'partner-1'
 * await keys.rotate(id) // both are good for a day
 *
 * @throws InvalidOptionError naming the option.
 * @see OWASP ASVS 5.0, 7.2.2; GitHub, Behind GitHub's new authentication token formats (2021)
 */
export function createApiKeys(options: ApiKeysOptions = {}): ApiKeys {
  return new StoredApiKeys(readOptions(options))
}

class StoredApiKeys implements ApiKeys {
  readonly #settings: ApiKeysSettings
  readonly #uses: UseNotes

  constructor(settings: ApiKeysSettings) {
    this.#settings = settings
    this.#uses = new UseNotes(settings.store, settings.clock)
  }

  async create(key: NewApiKey): Promise<IssuedApiKey> {
    const { prefix, ttl: usual } = this.#settings
    const ownerId = checkName(key?.ownerId, place('ownerId'))
    const scopes = checkScopes(key.scopes)
    const name = key.name === undefined ? undefined : checkName(key.name, place('name'))
    const ttl = key.ttl === undefined ? usual : checkTtl(key.ttl)
    const held = await this.#heldBy(ownerId, scopes, undefined)
    if (held?.length !== scopes.length)
      throw forbidden('An API key cannot have a scope that its owner does not have.')
    const id = createKeyId()
    const text = createKeyText(prefix, id)
    const facts = {
      id,
      ownerId,
      name,
      scopes,
      hash: hashOfKey(text),
      ttl: Number.isFinite(ttl) ? ttl : undefined,
    }
    return issued(text, await this.#ask((store, now) => store.create(facts, now)))
  }

  async verify(
    text: unknown,
    options: VerifyApiKeyOptions = {},
  ): Promise<Result<VerifiedApiKey, AuthError | ForbiddenError>> {
    const signal = signalOf(options, place)
    const { scope } = options
    const asked = scope === undefined ? [] : checkScope(scope).split(' ')
    const id = readKeyText(text, this.#settings.prefix)
    if (id === undefined) return refused('API_KEY_MALFORMED', 'It has not the form or the checksum of a key.')
    const hash = hashOfKey(text as string)
    const key = await untilAborted(
      this.#ask((store, now) => store.find(id, now)),
      signal,
    )
    const secret = key && secretOf(key, hash)
    if (key === undefined || secret === undefined)
      return refused('API_KEY_INVALID', 'The API key is not known.')
    if (key.revokedAt !== undefined) return refused('API_KEY_REVOKED', 'The API key is revoked.')
    if (secret.isAlive !== true) return refused('API_KEY_EXPIRED', 'The time of the API key is over.')
    return this.#admit(key, secret, asked, signal)
  }

  async rotate(id: string, options: RotateApiKeyOptions = {}): Promise<IssuedApiKey> {
    const { ownerId, overlap } = checkOptions(options, place('options'))
    const { prefix, overlap: usual } = this.#settings
    const lasting = overlap === undefined ? usual : toMilliseconds(overlap, place('overlap'))
    if (!(await this.#isOf(id, ownerId))) throw unknownKey()
    const text = createKeyText(prefix, id)
    const rotation = { hash: hashOfKey(text), overlap: lasting }
    const key = await this.#ask((store, now) => store.rotate(id, rotation, now))
    if (key === undefined) throw unknownKey()
    return issued(text, key)
  }

  async revoke(id: string, options: OwnedApiKeyOptions = {}): Promise<boolean> {
    const { ownerId } = checkOptions(options, place('options'))
    if (!(await this.#isOf(id, ownerId))) return false
    return this.#ask((store, now) => store.revoke(id, now))
  }

  async revokeAll(ownerId: string): Promise<number> {
    checkName(ownerId, place('ownerId'))
    return this.#ask((store, now) => store.revokeAll(ownerId, now))
  }

  async list(ownerId: string): Promise<readonly ApiKey[]> {
    checkName(ownerId, place('ownerId'))
    const keys = await this.#ask((store, now) => store.list(ownerId, now))
    return keys.map((key) => apiKeyOf(key, key.secrets[0]?.expiresAt))
  }

  /** Lets a key in that is good, if it is for what is asked. */
  async #admit(
    key: StoredApiKey,
    { hash, expiresAt }: StoredApiKeySecret,
    asked: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<Result<VerifiedApiKey, AuthError | ForbiddenError>> {
    const scopes = await this.#heldBy(key.ownerId, key.scopes, signal)
    if (scopes === undefined) return refused('API_KEY_REVOKED', 'The owner of the API key is no more.')
    await untilAborted(this.#uses.note(key), signal)
    if (!asked.every((name) => scopes.includes(name)))
      return err(forbidden('The API key is not for this.', { scope: asked.join(' ') }))
    return ok({ ...apiKeyOf(key, expiresAt), scopes, isReplaced: hash !== key.secrets[0]?.hash })
  }

  /** Which of these scopes an owner has now; `undefined` for one who is no more. */
  async #heldBy(
    ownerId: string,
    scopes: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<readonly string[] | undefined> {
    const { ownerScopes } = this.#settings
    if (ownerScopes === undefined) return [...scopes]
    const present = await untilAborted(Promise.resolve(ownerScopes(ownerId, { signal })), signal)
    if (!Array.isArray(present)) return undefined
    const held = new Set(present)
    return scopes.filter((scope) => held.has(scope))
  }

  async #isOf(id: unknown, ownerId: string | undefined): Promise<boolean> {
    const owner = ownerId === undefined ? undefined : checkName(ownerId, place('ownerId'))
    if (!isKeyId(id)) return false
    return owner === undefined || (await this.#ask((store, now) => store.find(id, now)))?.ownerId === owner
  }

  #ask<T>(ask: (store: ApiKeyStore, now: number) => PromiseLike<T>): Promise<T> {
    const { store, clock } = this.#settings
    return askStore('API key', () => ask(store, clock.now()))
  }
}

function forbidden(message: string, details?: { readonly scope: string }): ForbiddenError {
  return new ForbiddenError({ code: 'API_KEY_SCOPE', message, details })
}

/** There is none, or it is another's. */
function unknownKey(): NotFoundError {
  return new NotFoundError({ message: 'There is no such API key.' })
}

function issued(text: string, { id, secrets: [secret] }: StoredApiKey): IssuedApiKey {
  const expiresAt = secret?.expiresAt
  return { id, key: text, ...(expiresAt !== undefined && { expiresAt }) }
}

/** What an owner may see of a key, and when that ends. */
function apiKeyOf(key: StoredApiKey, expiresAt: number | undefined): ApiKey {
  const { id, ownerId, name, scopes, createdAt, lastUsedAt } = key
  return {
    id,
    ownerId,
    ...(name !== undefined && { name }),
    scopes: [...scopes],
    createdAt,
    ...(lastUsedAt !== undefined && { lastUsedAt }),
    ...(expiresAt !== undefined && { expiresAt }),
  }
}
