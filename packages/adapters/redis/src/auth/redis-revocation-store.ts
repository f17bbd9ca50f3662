import type {
  Revocation,
  RevocationQuery,
  RevocationStore,
  RevokedSession,
  RevokedSubject,
  RevokedToken,
} from '@base/auth/tokens'
import type { RedisClient } from '../connection/client.js'
import { script } from '../connection/script.js'
import { AuthConnection, type RedisAuthStoreOptions, textOf } from './auth-connection.js'

const RISK = {
  pattern: 'redisRevocationStore',
  what: 'a revocation, after which the token is good again',
}

// A server without memory refuses a script's first write if it may need some, and lets it finish once it has written: what
// begins with a deletion is done also then, for access must be taken back most of all from a server in trouble.

/** ARGV: ttl. The longer of two times counts. */
const REVOKE = script(`
local ttl = math.max(redis.call('PTTL', KEYS[1]), tonumber(ARGV[1]))
redis.call('DEL', KEYS[1])
redis.call('SET', KEYS[1], '', 'PX', string.format('%.0f', ttl))
return 1
`)

/** ARGV: at, ttl. Gives the new epoch, as a text. */
const REVOKE_ALL = script(`
local epoch = tonumber(ARGV[1])
local present = redis.call('GET', KEYS[1])
if present then epoch = math.max(epoch, present + 1) end
local ttl = math.max(redis.call('PTTL', KEYS[1]), tonumber(ARGV[2]))
local text = string.format('%.0f', epoch)
redis.call('DEL', KEYS[1])
redis.call('SET', KEYS[1], text, 'PX', string.format('%.0f', ttl))
return text
`)

/**
 * Remembers in Redis which access tokens were taken back, for many processes: a `RevocationStore` of `@base/auth`. A
 * verification asks for three keys in one command (in a cluster one by one), which Redis drops when their time is over.
 *
 * The server must not evict keys (`maxmemory-policy noeviction`): with one that is evicted a token is good again. So it is with
 * a failover that loses a write. A server that has no memory left takes revocations all the same.
 *
 * @example
 * const tokens = createTokenService({ issuer, audience, keys, revocations: redisRevocationStore(client) })
 *
 * @throws InvalidOptionError naming the option.
 */
export function redisRevocationStore(
  client: RedisClient,
  options: RedisAuthStoreOptions = {},
): RevocationStore {
  return new RedisRevocationStore(new AuthConnection(RISK, client, options))
}

/** What a name stands for. */
type Kind = 'token' | 'session' | 'subject'

class RedisRevocationStore implements RevocationStore {
  readonly #connection: AuthConnection

  constructor(connection: AuthConnection) {
    this.#connection = connection
  }

  async revoke(revoked: RevokedToken | RevokedSession): Promise<void> {
    const key =
      'session' in revoked
        ? this.#key('session', revoked.issuer, revoked.session)
        : this.#key('token', revoked.issuer, revoked.id)
    await this.#connection.run(REVOKE, [key], [String(revoked.ttl)])
  }

  async revokeAll({ issuer, subject, at, ttl }: RevokedSubject): Promise<number> {
    const key = this.#key('subject', issuer, subject)
    return Number(textOf(await this.#connection.run(REVOKE_ALL, [key], [String(at), String(ttl)])))
  }

  async find({ issuer, id, session, subject }: RevocationQuery): Promise<Revocation> {
    const keys: string[] = []
    if (id !== undefined) keys.push(this.#key('token', issuer, id))
    if (session !== undefined) keys.push(this.#key('session', issuer, session))
    const epochAt = keys.length
    if (subject !== undefined) keys.push(this.#key('subject', issuer, subject))
    const texts = await this.#connection.get(keys)
    return {
      revoked: texts.slice(0, epochAt).some((text) => text !== undefined),
      epoch: Number(texts[epochAt] ?? 0),
    }
  }

  /** The length of the issuer tells where it ends. */
  #key(kind: Kind, issuer: string, name: string): string {
    return this.#connection.key(`revoked:${kind}:${issuer.length}:${issuer}${name}`)
  }
}
