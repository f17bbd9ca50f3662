import type { StoredTotp, TotpAttempt, TotpLimit, TotpStore } from '@base/auth/totp'
import type { RedisClient } from '../connection/client.js'
import { AuthConnection, partsOf, type RedisAuthStoreOptions, textOf } from './auth-connection.js'
import { ACCEPT, ATTEMPT, FIND } from './totp-scripts.js'

const RISK = {
  pattern: 'redisTotpStore',
  what: 'the secret of an authenticator app, and with it a second factor',
  isEndless: true,
}

/**
 * Keeps authenticator secrets in Redis, for many processes: a `TotpStore` of `@base/auth`. Each operation is one script on one
 * key, so that a code is taken once and attempts are counted, on whatever node they come; locks go by the time of the server.
 *
 * The server must keep what it was given (`appendonly yes`, `maxmemory-policy noeviction`): a secret that is lost is a factor
 * that is gone, and a failover that loses a write makes a code good again. Whoever reads the server can make codes, so give
 * `createTotp` a cipher.
 *
 * @example
 * const totp = createTotp({ store: redisTotpStore(client), issuer: 'Example Shop', cipher })
 *
 * @throws InvalidOptionError naming the option.
 */
export function redisTotpStore(client: RedisClient, options: RedisAuthStoreOptions = {}): TotpStore {
  return new RedisTotpStore(new AuthConnection(RISK, client, options))
}

class RedisTotpStore implements TotpStore {
  readonly #connection: AuthConnection

  constructor(connection: AuthConnection) {
    this.#connection = connection
  }

  async enroll(sub: string, secret: string): Promise<void> {
    await this.#connection.send(['HSET', this.#key(sub), 'pending', secret])
  }

  async attempt(sub: string, { attempts, lockFor }: TotpLimit): Promise<TotpAttempt> {
    const args = [String(attempts), String(lockFor)]
    const reply = await this.#connection.runOnce(ATTEMPT, [this.#key(sub)], args)
    if (reply === null) return { status: 'unknown' }
    const [status, active, pending] = partsOf(reply).map(textOf)
    return status === 'open' ? { status, active, pending } : { status: 'locked' }
  }

  async accept(sub: string, secret: string, step: number): Promise<boolean> {
    return (await this.#connection.runOnce(ACCEPT, [this.#key(sub)], [secret, String(step)])) === 1
  }

  async find(sub: string): Promise<StoredTotp | undefined> {
    const reply = await this.#connection.run(FIND, [this.#key(sub)], [])
    if (reply === null) return undefined
    const [active, pending, locked] = partsOf(reply).map(textOf)
    return { active, pending, lockedUntil: locked === undefined ? undefined : Number(locked) }
  }

  async remove(sub: string): Promise<boolean> {
    return (await this.#connection.sendOnce(['DEL', this.#key(sub)])) === 1
  }

  #key(sub: string): string {
    return this.#connection.key(`totp:${sub}`)
  }
}
