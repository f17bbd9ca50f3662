import type {
  NewStoredSession,
  SessionChange,
  SessionKey,
  SessionStore,
  StoredSession,
} from '@base/auth/tokens'
import type { RedisClient } from '../connection/client.js'
import type { Reply } from '../connection/connection.js'
import { AuthConnection, type RedisAuthStoreOptions, textOf } from './auth-connection.js'
import { Fields } from './fields.js'
import { CHANGE, CREATE, DESTROY, GET } from './session-scripts.js'
import { SubjectIndex } from './subject-index.js'

const RISK = {
  pattern: 'redisSessionStore',
  what: 'a session, or the list of those of a user, not all of which can be ended then',
}

/**
 * Keeps sessions in Redis, for many processes: a `SessionStore` of `@base/auth`. Each operation on a session is one script on
 * one key, so it works on a cluster, and goes by the time of the server, which drops sessions that are over.
 *
 * A failover that loses a write may bring a session back that was destroyed just before, or lose a new one.
 *
 * @example
 * const sessions = createSessions({ store: redisSessionStore(client) })
 *
 * @throws InvalidOptionError naming the option.
 */
export function redisSessionStore(client: RedisClient, options: RedisAuthStoreOptions = {}): SessionStore {
  return new RedisSessionStore(new AuthConnection(RISK, client, options))
}

class RedisSessionStore implements SessionStore {
  readonly #connection: AuthConnection
  readonly #index: SubjectIndex

  constructor(connection: AuthConnection) {
    this.#connection = connection
    this.#index = new SubjectIndex(connection, 'session')
  }

  async create({ handle, hash, sub, data, idleTtl, absoluteTtl }: NewStoredSession): Promise<void> {
    await this.#index.add(sub, handle, absoluteTtl)
    const args = [String(absoluteTtl), String(idleTtl), ...Object.entries({ hash, sub, data }).flat()]
    await this.#connection.run(CREATE, this.#keys(handle), args)
  }

  async get({ handle, hash }: SessionKey): Promise<StoredSession | undefined> {
    return sessionOf(handle, await this.#connection.run(GET, this.#keys(handle), [hash]))
  }

  async change({ handle, hash }: SessionKey, change: SessionChange): Promise<StoredSession | undefined> {
    const { hash: newHash = hash, idleTtl = '', data } = change
    const args = [hash, newHash, String(idleTtl), ...(data === undefined ? [] : [data])]
    return sessionOf(handle, await this.#connection.run(CHANGE, this.#keys(handle), args))
  }

  async destroy(handle: string, hash: string | undefined): Promise<boolean> {
    const args = hash === undefined ? [] : [hash]
    const sub = textOf(await this.#connection.runOnce(DESTROY, this.#keys(handle), args))
    if (sub !== undefined) await this.#index.remove(sub, handle)
    return sub !== undefined
  }

  async destroyAll(sub: string): Promise<number> {
    return this.#index.endAll(sub, (handle) => this.destroy(handle, undefined))
  }

  async list(sub: string): Promise<readonly StoredSession[]> {
    return this.#index.list(sub, async (handle) =>
      sessionOf(handle, await this.#connection.run(GET, this.#keys(handle), [])),
    )
  }

  #keys(handle: string): [string] {
    return [this.#connection.key(`session:${handle}`)]
  }
}

function sessionOf(handle: string, reply: Reply): StoredSession | undefined {
  if (reply === null) return undefined
  const fields = new Fields(reply)
  return {
    handle,
    sub: fields.text('sub'),
    data: fields.text('data'),
    createdAt: fields.time('created'),
    lastSeenAt: fields.time('seen'),
    idleExpiresAt: fields.time('idle'),
    expiresAt: fields.time('expires'),
  }
}
