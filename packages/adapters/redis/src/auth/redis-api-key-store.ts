import type { ApiKeyRotation, ApiKeyStore, NewStoredApiKey, StoredApiKey } from '@base/auth/api-keys'
import type { RedisClient } from '../connection/client.js'
import { apiKeyOf, isAlive, MOST_SECRETS } from './api-key-reply.js'
import { CREATE, FIND, REVOKE, ROTATE, TOUCH } from './api-key-scripts.js'
import { AuthConnection, partsOf, type RedisAuthStoreOptions, textOf } from './auth-connection.js'
import { SubjectIndex } from './subject-index.js'

const RISK = {
  pattern: 'redisApiKeyStore',
  what: 'a key of a program, which then is refused',
}

/**
 * Keeps API keys in Redis, for many processes: an `ApiKeyStore` of `@base/auth`. Each operation on a key is one script on one
 * key of the server, so it works on a cluster, and goes by the time of the server, which drops keys a week after their end.
 *
 * The server must keep what it was given (`appendonly yes`, `maxmemory-policy noeviction`): a key that is lost refuses its
 * holder, and a failover that loses a write may bring a key back that was revoked just before.
 *
 * @example
 * const keys = createApiKeys({ store: redisApiKeyStore(client), prefix: 'shop_live' })
 *
 * @throws InvalidOptionError naming the option.
 */
export function redisApiKeyStore(client: RedisClient, options: RedisAuthStoreOptions = {}): ApiKeyStore {
  return new RedisApiKeyStore(new AuthConnection(RISK, client, options))
}

class RedisApiKeyStore implements ApiKeyStore {
  readonly #connection: AuthConnection
  readonly #index: SubjectIndex

  constructor(connection: AuthConnection) {
    this.#connection = connection
    this.#index = new SubjectIndex(connection, 'api-key')
  }

  async create({ id, hash, ownerId, name, scopes, ttl }: NewStoredApiKey): Promise<StoredApiKey> {
    await this.#index.add(ownerId, id, ttl)
    const facts = { owner: ownerId, scopes: JSON.stringify(scopes), ...(name !== undefined && { name }) }
    const args = [hash, String(ttl ?? ''), ...Object.entries(facts).flat()]
    return apiKeyOf(id, await this.#connection.run(CREATE, this.#keys(id), args)) as StoredApiKey
  }

  async find(id: string): Promise<StoredApiKey | undefined> {
    return apiKeyOf(id, await this.#connection.run(FIND, this.#keys(id), []))
  }

  async rotate(id: string, { hash, overlap }: ApiKeyRotation): Promise<StoredApiKey | undefined> {
    const [key] = this.#keys(id)
    const facts = partsOf(await this.#connection.send(['HMGET', key, 'owner', 'ttl', 'revoked']))
    const [owner, ttl, revoked] = facts.map(textOf)
    if (owner === undefined || revoked !== undefined) return undefined
    // The owner's list has to know it for longer before it lives longer.
    await this.#index.add(owner, id, ttl === '' ? undefined : Number(ttl))
    const args = [hash, String(overlap), String(MOST_SECRETS)]
    const rotated = apiKeyOf(id, await this.#connection.run(ROTATE, this.#keys(id), args))
    // Revoked meanwhile, or over: what is not alive never will be again.
    if (rotated === undefined) await this.#index.remove(owner, id)
    return rotated
  }

  async touch(id: string): Promise<void> {
    await this.#connection.run(TOUCH, this.#keys(id), [])
  }

  async revoke(id: string): Promise<boolean> {
    const reply = partsOf(await this.#connection.run(REVOKE, this.#keys(id), [crypto.randomUUID()]))
    const owner = textOf(reply[0])
    // Also one that was revoked before: that call may have failed on its way to here.
    if (owner !== undefined) await this.#index.remove(owner, id)
    return reply[1] === 1
  }

  async revokeAll(ownerId: string): Promise<number> {
    return this.#index.endAll(ownerId, (id) => this.revoke(id))
  }

  async list(ownerId: string): Promise<readonly StoredApiKey[]> {
    const keys = await this.#index.list(ownerId, (id) => this.find(id))
    return keys.filter(isAlive)
  }

  #keys(id: string): [string] {
    return [this.#connection.key(`api-key:${id}`)]
  }
}
