import type { KeyStore, StoredKey, StoredKeys } from '@base/auth/tokens'
import { checkText } from '@base/core/options'
import type { RedisClient } from '../connection/client.js'
import { script } from '../connection/script.js'
import { AuthConnection, partsOf, type RedisAuthStoreOptions, textOf } from './auth-connection.js'

const RISK = {
  pattern: 'redisKeyStore',
  what: 'the keys of a ring, which then begins anew, and every token fails',
  isEndless: true,
}

const MAX_RING = 128

/** ARGV: the version that is expected, the new one, the keys. */
const REPLACE = script(`
local version = redis.call('HGET', KEYS[1], 'version') or '0'
if version ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'version', ARGV[2], 'keys', ARGV[3])
return 1
`)

/** Options of {@link redisKeyStore}. */
export interface RedisKeyStoreOptions extends RedisAuthStoreOptions {
  /** Names the ring, where a server has several. 1 to 128 characters. @defaultValue 'default' */
  readonly ring?: string | undefined
}

/**
 * Keeps the keys of a ring in Redis, for all nodes: a `KeyStore` of `@base/auth`, changed by compare-and-set in one script.
 *
 * What it holds are private keys, as they are: who reads the server, or a backup of it, can sign. The server must keep what it
 * was given (`appendonly yes`, `maxmemory-policy noeviction`): a ring that is lost begins anew, and every token fails.
 *
 * @example
 * const keys = createKeyRing({ store: redisKeyStore(client) })
 *
 * @throws InvalidOptionError naming the option.
 */
export function redisKeyStore(client: RedisClient, options: RedisKeyStoreOptions = {}): KeyStore {
  const connection = new AuthConnection(RISK, client, options)
  const { ring = 'default' } = options
  const place = { package: '@base/redis', pattern: 'redisKeyStore', option: 'ring', maxLength: MAX_RING }
  return new RedisKeyStore(connection, checkText(ring, place))
}

class RedisKeyStore implements KeyStore {
  readonly #connection: AuthConnection
  readonly #key: string

  constructor(connection: AuthConnection, ring: string) {
    this.#connection = connection
    this.#key = connection.key(`keys:${ring}`)
  }

  async load(): Promise<StoredKeys> {
    const reply = await this.#connection.send(['HMGET', this.#key, 'version', 'keys'])
    const [version, keys] = partsOf(reply).map(textOf)
    return { version: Number(version ?? 0), keys: keys === undefined ? [] : JSON.parse(keys) }
  }

  async replace(expected: number, keys: readonly StoredKey[]): Promise<boolean> {
    const args = [String(expected), String(expected + 1), JSON.stringify(keys)]
    return (await this.#connection.run(REPLACE, [this.#key], args)) === 1
  }
}
