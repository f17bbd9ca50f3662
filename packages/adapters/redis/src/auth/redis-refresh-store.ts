import type {
  NewRefreshFamily,
  RefreshFamily,
  RefreshRecord,
  RefreshRotation,
  RefreshRotationOutcome,
  RefreshStatus,
  RefreshStore,
} from '@base/auth/tokens'
import type { RedisClient } from '../connection/client.js'
import type { Reply } from '../connection/connection.js'
import { AuthConnection, partsOf, type RedisAuthStoreOptions, textOf } from './auth-connection.js'
import { Fields } from './fields.js'
import { FIND, READ, REVOKE, ROTATE, START } from './refresh-scripts.js'
import { SubjectIndex } from './subject-index.js'

const RISK = {
  pattern: 'redisRefreshStore',
  what: 'a sign-in, or the memory of a replaced refresh token, whose theft then goes unnoticed',
}

/**
 * Keeps refresh families in Redis, for many processes: a `RefreshStore` of `@base/auth`. Each operation on a family is one
 * script on keys in one slot, so it works on a cluster, and goes by the time of the server.
 *
 * A family takes about 500 bytes, and 100 more for each rotation, until a week after its end, be it revoked, over or unused. Its
 * name in the list of its subject goes with a revocation; where it lay unused, at the end of its `absoluteTtl`. What is kept for
 * a grace is a key that Redis drops when the grace is over.
 *
 * The server must not evict keys (`maxmemory-policy noeviction`), or sign-ins and the memory of replaced tokens are lost. A
 * failover that loses a write loses a rotation: its user has to sign in again, and the parent is good once more.
 *
 * @example
 * const refresh = createRefreshService({ store: redisRefreshStore(client), tokens })
 *
 * @throws InvalidOptionError naming the option.
 */
export function redisRefreshStore(client: RedisClient, options: RedisAuthStoreOptions = {}): RefreshStore {
  return new RedisRefreshStore(new AuthConnection(RISK, client, options))
}

class RedisRefreshStore implements RefreshStore {
  readonly #connection: AuthConnection
  readonly #index: SubjectIndex

  constructor(connection: AuthConnection) {
    this.#connection = connection
    this.#index = new SubjectIndex(connection, 'refresh')
  }

  async start(family: NewRefreshFamily): Promise<void> {
    const { id, sub, clientId, jkt, scope, data, hash, idleTtl, absoluteTtl } = family
    await this.#index.add(sub, id, absoluteTtl)
    const facts = {
      sub,
      clientId,
      data,
      hash,
      ...(jkt !== undefined && { jkt }),
      ...(scope !== undefined && { scope }),
    }
    const args = [String(absoluteTtl), String(idleTtl), ...Object.entries(facts).flat()]
    await this.#connection.run(START, this.#keys(id), args)
  }

  async find(familyId: string, hash = ''): Promise<RefreshRecord | undefined> {
    const [status, fields] = partsOf(await this.#connection.run(FIND, this.#keys(familyId), [hash]))
    if (fields === undefined) return undefined
    return { status: textOf(status) as RefreshStatus, family: familyOf(familyId, fields) }
  }

  async rotate({ familyId, parent, child, grace }: RefreshRotation): Promise<RefreshRotationOutcome> {
    const { hash, scope = '', sealed = '', idleTtl } = child
    const args = [parent, hash, scope, sealed, String(idleTtl), String(grace)]
    const [status, fact, keptScope] = partsOf(await this.#connection.run(ROTATE, this.#keys(familyId), args))
    const outcome = textOf(status) as RefreshRotationOutcome['status']
    if (outcome === 'repeated')
      return { status: outcome, sealed: textOf(fact) ?? '', scope: textOf(keptScope) }
    // A theft is told whatever comes of this: a name that stays is over with the sign-in.
    if (outcome === 'reused') await this.#index.remove(textOf(fact) ?? '', familyId).catch(() => {})
    return { status: outcome }
  }

  async revokeFamily(familyId: string): Promise<boolean> {
    const reply = partsOf(await this.#connection.run(REVOKE, this.#keys(familyId), [crypto.randomUUID()]))
    const sub = textOf(reply[0])
    // Also of one that was revoked before: that call may have failed on its way to here.
    if (sub !== undefined) await this.#index.remove(sub, familyId)
    return reply[1] === 1
  }

  async revokeAll(sub: string): Promise<number> {
    return this.#index.endAll(sub, (id) => this.revokeFamily(id))
  }

  async list(sub: string): Promise<readonly RefreshFamily[]> {
    return this.#index.list(sub, async (id) => {
      const fields = await this.#connection.run(READ, this.#keys(id), [])
      return fields === null ? undefined : familyOf(id, fields)
    })
  }

  /** Braces: one slot. */
  #keys(id: string): [string, string, string] {
    const family = this.#connection.key(`refresh:{${id}}`)
    return [family, `${family}:spent`, `${family}:sealed`]
  }
}

function familyOf(id: string, reply: Reply): RefreshFamily {
  const fields = new Fields(reply)
  return {
    id,
    sub: fields.text('sub'),
    clientId: fields.text('clientId'),
    jkt: fields.optional('jkt'),
    scope: fields.optional('scope'),
    data: fields.text('data'),
    createdAt: fields.time('created'),
    lastUsedAt: fields.time('used'),
    idleExpiresAt: fields.time('idle'),
    expiresAt: fields.time('expires'),
  }
}
