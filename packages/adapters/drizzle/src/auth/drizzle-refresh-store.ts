import type {
  NewRefreshFamily,
  RefreshFamily,
  RefreshRecord,
  RefreshRotation,
  RefreshRotationOutcome,
  RefreshStore,
} from '@base/auth/tokens'
import { type SQL, sql } from 'drizzle-orm'
import type { Executor } from '../executor.js'
import { flag, isSet } from '../own-tables/flag.js'
import { AuthDatabase, after, type DrizzleAuthStoreOptions, swept } from './auth-database.js'
import { FAMILY, familyOf, isKept, PRESENT, standing, standingOf } from './refresh-row.js'
import { SealSweeper } from './seal-sweeper.js'

/**
 * Keeps refresh families in the tables `base_refresh_families` and `base_refresh_spent`, for many processes: a `RefreshStore`
 * of `@base/auth`.
 *
 * A rotation is one statement: it moves the family's row on from the parent to the child, where that row still has the
 * parent and is not revoked. The tables are created at the first use where they are missing. Families are taken away a week
 * after their end, be they revoked, over or unused, as others sign in; what is kept for a grace is nulled the longest grace later
 * at most.
 *
 * @example
 * const refresh = createRefreshService({ store: drizzleRefreshStore(db), tokens })
 *
 * @throws InvalidOptionError for an executor or a clock that is none.
 */
export function drizzleRefreshStore(executor: Executor, options: DrizzleAuthStoreOptions = {}): RefreshStore {
  return new DrizzleRefreshStore(
    new AuthDatabase('drizzleRefreshStore', executor, options, [
      'base_refresh_families',
      'base_refresh_spent',
    ]),
    options,
  )
}

class DrizzleRefreshStore implements RefreshStore {
  readonly #database: AuthDatabase
  readonly #seals: SealSweeper

  constructor(database: AuthDatabase, { clock }: DrizzleAuthStoreOptions) {
    this.#database = database
    this.#seals = new SealSweeper(clock, () => this.#dropSeals())
  }

  async start(family: NewRefreshFamily): Promise<void> {
    const { id, sub, clientId, jkt = null, scope = null, data, hash, idleTtl, absoluteTtl } = family
    await this.#database.rows(sql`
      with ${this.#database.clock},
      ${swept('base_refresh_families', 'id', sql`coalesce(revoked_at, idle_expires_at) <= clock.now - interval '7 days'`)}
      insert into base_refresh_families (
        id, sub, client_id, jkt, scope, data, hash, created_at, last_used_at, idle_expires_at, expires_at
      )
      select ${id}, ${sub}, ${clientId}, ${jkt}, ${scope}, ${data}, ${hash}, clock.now, clock.now,
        least(${after(idleTtl)}, ${after(absoluteTtl)}), ${after(absoluteTtl)} from clock`)
  }

  async find(familyId: string, hash: string | undefined): Promise<RefreshRecord | undefined> {
    const [row] = await this.#database.rows(sql`
      with ${this.#database.clock}
      select ${FAMILY}, ${standing(hash ?? PRESENT, 0)} from base_refresh_families, clock where id = ${familyId}`)
    const status = standingOf(row)
    return row && status && { status, family: familyOf(row) }
  }

  async rotate(rotation: RefreshRotation): Promise<RefreshRotationOutcome> {
    if (await this.#move(rotation)) {
      if (rotation.child.sealed !== undefined) this.#seals.arm(rotation.grace)
      return { status: 'rotated' }
    }
    // What was true of the token then stays true: it is no family's present token, or its family is at its end.
    for (;;) {
      if (await this.#revokeReused(rotation)) return { status: 'reused' }
      const outcome = await this.#judge(rotation)
      if (outcome !== undefined) return outcome
    }
  }

  async revokeFamily(familyId: string): Promise<boolean> {
    return (await this.#revoke(sql`id = ${familyId}`)) > 0
  }

  async revokeAll(sub: string): Promise<number> {
    return this.#revoke(sql`sub = ${sub}`)
  }

  async list(sub: string): Promise<readonly RefreshFamily[]> {
    const rows = await this.#database.rows(sql`
      with ${this.#database.clock}
      select ${FAMILY} from base_refresh_families, clock
      where sub = ${sub} and revoked_at is null and idle_expires_at > clock.now
      order by base_refresh_families.created_at, id`)
    return rows.map(familyOf)
  }

  /** Puts the child in the place of the parent, where it is the family's present token; whether it was. */
  async #move({ familyId, parent, child, grace }: RefreshRotation): Promise<boolean> {
    const { hash, scope = null, sealed = null, idleTtl } = child
    return this.#database.hits(sql`
      with ${this.#database.clock},
      moved as (
        update base_refresh_families set
          hash = ${hash}, parent = ${parent}, scope = ${scope}, sealed = ${sealed},
          sealed_until = ${after(grace)}, last_used_at = clock.now,
          idle_expires_at = least(${after(idleTtl)}, expires_at)
        from clock
        where id = ${familyId} and hash = ${parent} and revoked_at is null and idle_expires_at > clock.now
        returning id
      )
      insert into base_refresh_spent (family_id, hash) select id, ${parent} from moved returning 1`)
  }

  /** Revokes the family of a token that was replaced for good; whether it was this call that did. */
  async #revokeReused({ familyId, parent, grace }: RefreshRotation): Promise<boolean> {
    return this.#database.hits(sql`
      with ${this.#database.clock}
      update base_refresh_families set revoked_at = clock.now, sealed = null from clock
      where id = ${familyId} and revoked_at is null and expires_at > clock.now and not ${isKept(parent, grace)}
        and exists (select 1 from base_refresh_spent as spent where spent.family_id = id and spent.hash = ${parent})
      returning 1`)
  }

  /** Where the parent stands; `undefined` where its grace has ended since. */
  async #judge({ familyId, parent, grace }: RefreshRotation): Promise<RefreshRotationOutcome | undefined> {
    const [row] = await this.#database.rows(sql`
      with ${this.#database.clock}
      select scope, sealed, ${standing(parent, grace)} from base_refresh_families, clock where id = ${familyId}`)
    const status = standingOf(row) ?? 'unknown'
    if (status === 'revoked' || status === 'unknown') return { status }
    if (status !== 'rotated') return { status: 'expired' }
    if (row === undefined || !isSet(row, 'is_kept')) return undefined
    const scope = (row['scope'] as string | null) ?? undefined
    return { status: 'repeated', sealed: row['sealed'] as string, scope }
  }

  /** How many of those that are meant were alive. */
  async #revoke(isMeant: SQL): Promise<number> {
    const rows = await this.#database.rows(sql`
      with ${this.#database.clock}
      update base_refresh_families set revoked_at = clock.now, sealed = null from clock
      where ${isMeant} and revoked_at is null
      returning ${flag(sql`idle_expires_at > clock.now`, 'alive')}`)
    return rows.filter((row) => isSet(row, 'alive')).length
  }

  #dropSeals(): Promise<unknown> {
    return this.#database.rows(sql`
      with ${this.#database.clock}
      update base_refresh_families set sealed = null from clock where sealed is not null and sealed_until <= clock.now`)
  }
}
