import type { ApiKeyStore } from '@base/auth/api-keys'
import type {
  KeyStore,
  RefreshStatus,
  RefreshStore,
  ReplayStore,
  RevocationStore,
  SessionStore,
} from '@base/auth/tokens'
import type { RedisClient } from '../connection/client.js'
import {
  type RedisAuthStoreOptions,
  redisApiKeyStore,
  redisKeyStore,
  redisRefreshStore,
  redisReplayStore,
  redisRevocationStore,
  redisSessionStore,
} from './index.js'

const HOUR = 3_600_000
/** Nobody asks the caller's clock: these stores go by that of the server. */
const NOW = 0

/** What the stores know of a name. */
export interface Known {
  readonly family: RefreshStatus | undefined
  readonly session: boolean
  readonly apiKey: boolean
  readonly replay: boolean
  readonly revoked: boolean
  readonly epoch: boolean
}

/** Of a name that everything is known of. */
export const EVERYTHING: Known = {
  family: 'active',
  session: true,
  apiKey: true,
  replay: true,
  revoked: true,
  epoch: true,
}
/** Of a name that was lost, or never told. Neither the family nor the session nor the API key of it is good. */
export const NOTHING: Known = {
  family: undefined,
  session: false,
  apiKey: false,
  replay: false,
  revoked: false,
  epoch: false,
}

/** All stores of `@base/auth` on one client. */
export class TestStores {
  readonly refresh: RefreshStore
  readonly sessions: SessionStore
  readonly apiKeys: ApiKeyStore
  readonly replays: ReplayStore
  readonly revocations: RevocationStore
  readonly keys: KeyStore

  constructor(client: RedisClient, options: RedisAuthStoreOptions) {
    this.refresh = redisRefreshStore(client, options)
    this.sessions = redisSessionStore(client, options)
    this.apiKeys = redisApiKeyStore(client, options)
    this.replays = redisReplayStore(client, options)
    this.revocations = redisRevocationStore(client, options)
    this.keys = redisKeyStore(client, options)
  }

  /** Whatever adds something of a name, by what it does. */
  additions(name: string): Readonly<Record<string, () => Promise<unknown>>> {
    return {
      'a sign-in': () => Promise.resolve(this.refresh.start(familyOf(name), NOW)),
      'a rotation': () => this.rotate(name, name, `${name} child`),
      'a session': () => Promise.resolve(this.sessions.create(sessionOf(name), NOW)),
      'an API key': () => Promise.resolve(this.apiKeys.create(apiKeyOf(name), NOW)),
      'a claim': () => Promise.resolve(this.replays.claim(name, HOUR, NOW)),
      'new keys': () => Promise.resolve(this.keys.replace(0, [])),
    }
  }

  /** Whatever takes away access that a name has. */
  removals(name: string): Readonly<Record<string, () => Promise<unknown>>> {
    return {
      'the end of a family': () => Promise.resolve(this.refresh.revokeFamily(name, NOW)),
      'the end of a session': () => Promise.resolve(this.sessions.destroy(name, name, NOW)),
      'the end of an API key': () => Promise.resolve(this.apiKeys.revoke(name, NOW)),
      'a revocation': () => this.#revoke(name),
      'a new epoch': () => this.#raise(name),
    }
  }

  /** Tells each store of a name. */
  async keep(name: string): Promise<void> {
    await this.refresh.start(familyOf(name), NOW)
    await this.sessions.create(sessionOf(name), NOW)
    await this.apiKeys.create(apiKeyOf(name), NOW)
    await this.replays.claim(name, HOUR, NOW)
    await this.#revoke(name)
    await this.#raise(name)
  }

  async known(name: string): Promise<Known> {
    const apiKey = await this.apiKeys.find(name, NOW)
    const { revoked, epoch } = await this.revocations.find({ issuer: 'i', id: name, subject: name })
    return {
      family: (await this.refresh.find(name, name, NOW))?.status,
      session: (await this.sessions.get({ handle: name, hash: name }, NOW)) !== undefined,
      apiKey: apiKey !== undefined && apiKey.revokedAt === undefined,
      replay: !(await this.replays.claim(name, HOUR, NOW)),
      revoked,
      epoch: epoch > 0,
    }
  }

  /** Replaces a token of a family; who repeats it in time gets the same child again. */
  async rotate(familyId: string, parent: string, child: string): Promise<string> {
    const rotation = { familyId, parent, child: { hash: child, sealed: 's', idleTtl: HOUR }, grace: HOUR }
    return (await this.refresh.rotate(rotation, NOW)).status
  }

  async #revoke(id: string): Promise<void> {
    await this.revocations.revoke({ issuer: 'i', id, ttl: HOUR })
  }

  async #raise(subject: string): Promise<number> {
    return this.revocations.revokeAll({ issuer: 'i', subject, at: 1, ttl: HOUR })
  }
}

const familyOf = (id: string) => ({
  id,
  sub: `of ${id}`,
  clientId: 'web',
  data: '{}',
  hash: id,
  idleTtl: HOUR,
  absoluteTtl: HOUR,
})

const apiKeyOf = (id: string) => ({ id, hash: id, ownerId: `of ${id}`, scopes: [], ttl: HOUR })

const sessionOf = (handle: string) => ({
  handle,
  hash: handle,
  sub: `of ${handle}`,
  data: '{}',
  idleTtl: HOUR,
  absoluteTtl: HOUR,
})
