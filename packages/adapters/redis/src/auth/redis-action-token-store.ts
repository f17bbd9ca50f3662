import type {
  ActionTokenKey,
  ActionTokenStore,
  NewActionToken,
  StoredActionToken,
} from '@base/auth/action-tokens'
import type { RedisClient } from '../connection/client.js'
import type { Reply } from '../connection/connection.js'
import { ADD, FIND, REMOVE, TAKE } from './action-token-scripts.js'
import { AuthConnection, partsOf, type RedisAuthStoreOptions, textOf } from './auth-connection.js'

/** The sign that leads from a handle to its subject lives a little longer than the token, whose own end counts. */
const SLACK = 10_000

const RISK = {
  pattern: 'redisActionTokenStore',
  what: 'a token that was sent, which then is refused',
}

/**
 * Keeps the hashes of action tokens in Redis, for many processes: an `ActionTokenStore` of `@base/auth`. The tokens of a subject
 * and purpose lie in one key, so that one is taken, and the others end, in one script, on a cluster too; it goes by the time of
 * the server, which drops tokens that are over.
 *
 * The server must keep what it was given (`maxmemory-policy noeviction`): a token that is lost is a link that does not work, and a
 * failover that loses a write makes one good again. Where that must not be, take `@base/drizzle/auth`.
 *
 * @example
 * const resets = createActionTokens({ store: redisActionTokenStore(client), purpose: 'reset' })
 *
 * @throws InvalidOptionError naming the option.
 */
export function redisActionTokenStore(
  client: RedisClient,
  options: RedisAuthStoreOptions = {},
): ActionTokenStore {
  return new RedisActionTokenStore(new AuthConnection(RISK, client, options))
}

class RedisActionTokenStore implements ActionTokenStore {
  readonly #connection: AuthConnection

  constructor(connection: AuthConnection) {
    this.#connection = connection
  }

  async add({ purpose, handle, hash, sub, data, state, ttl }: NewActionToken): Promise<void> {
    // It lies in another slot, so it is there first: who finds it may find no token, but no token is without it.
    await this.#connection.send(['SET', this.#sign(handle), sub, 'PX', String(ttl + SLACK)])
    const args = [handle, String(ttl), hash, data, ...(state === undefined ? [] : [state])]
    await this.#connection.run(ADD, [this.#account(purpose, sub)], args)
  }

  async find(key: ActionTokenKey): Promise<StoredActionToken | undefined> {
    return this.#ask(key, (keys, args) => this.#connection.run(FIND, keys, args))
  }

  async take(key: ActionTokenKey): Promise<StoredActionToken | undefined> {
    return this.#ask(key, (keys, args) => this.#connection.runOnce(TAKE, keys, args))
  }

  async removeAll(purpose: string, sub: string): Promise<number> {
    return Number(await this.#connection.run(REMOVE, [this.#account(purpose, sub)], []))
  }

  async #ask(
    { purpose, handle, hash }: ActionTokenKey,
    run: (keys: [string], args: readonly string[]) => Promise<Reply>,
  ): Promise<StoredActionToken | undefined> {
    const sub = textOf(await this.#connection.send(['GET', this.#sign(handle)]))
    if (sub === undefined) return undefined
    const reply = await run([this.#account(purpose, sub)], [handle, hash])
    if (reply === null) return undefined
    const [end, data = '', state] = partsOf(reply).map(textOf)
    return { sub, data, state, expiresAt: Number(end) }
  }

  #sign(handle: string): string {
    return this.#connection.key(`action:at:${handle}`)
  }

  /** With the length of the purpose, so that no two pairs run together. */
  #account(purpose: string, sub: string): string {
    return this.#connection.key(`action:of:${purpose.length}:${purpose}:${sub}`)
  }
}
