import type { RefreshFamily, RefreshStatus } from '@base/auth/tokens'
import { type SQL, sql } from 'drizzle-orm'
import { flag, isSet } from '../own-tables/flag.js'
import type { Row } from '../own-tables/own-tables.js'
import { milliseconds, textOf, timeOf } from './auth-database.js'

const TIMES = ['created_at', 'last_used_at', 'idle_expires_at', 'expires_at'] as const

/** What {@link familyOf} reads. */
export const FAMILY: SQL = sql`id, sub, client_id, jkt, scope, data, ${sql.join(TIMES.map(milliseconds), sql`, `)}`

/** A family, out of a row. */
export function familyOf(row: Row): RefreshFamily {
  return {
    id: row['id'] as string,
    sub: row['sub'] as string,
    clientId: row['client_id'] as string,
    jkt: textOf(row, 'jkt'),
    scope: textOf(row, 'scope'),
    data: row['data'] as string,
    createdAt: timeOf(row, 'created_at'),
    lastUsedAt: timeOf(row, 'last_used_at'),
    idleExpiresAt: timeOf(row, 'idle_expires_at'),
    expiresAt: timeOf(row, 'expires_at'),
  }
}

/** The hash of a family's present token. */
export const PRESENT: SQL = sql`base_refresh_families.hash`

/** What {@link standingOf} reads of a family: where the token of a hash stands in it, for who asks with that grace. */
export function standing(hash: string | SQL, grace: number): SQL {
  return sql`
    ${flag(sql`hash = ${hash}`, 'is_present')},
    ${flag(sql`exists (select 1 from base_refresh_spent as spent where spent.family_id = id and spent.hash = ${hash})`, 'is_spent')},
    ${flag(sql`revoked_at is not null`, 'is_revoked')},
    ${flag(sql`expires_at <= clock.now`, 'is_over')},
    ${flag(sql`idle_expires_at <= clock.now`, 'is_idle')},
    ${flag(isKept(hash, grace), 'is_kept')}`
}

/** Whether the successor of a token is unused, and kept for who asks with that grace. */
export function isKept(hash: string | SQL, grace: number): SQL {
  return sql`(sealed is not null and parent = ${hash} and sealed_until > clock.now
    and last_used_at + ${grace}::double precision * interval '1 millisecond' > clock.now)`
}

/** Where a token stands; `undefined` where there is none. In the order that the port promises. */
export function standingOf(row: Row | undefined): RefreshStatus | undefined {
  if (row === undefined || !(isSet(row, 'is_present') || isSet(row, 'is_spent'))) return undefined
  if (isSet(row, 'is_revoked')) return 'revoked'
  if (isSet(row, 'is_over')) return 'expired'
  if (isSet(row, 'is_spent')) return 'rotated'
  return isSet(row, 'is_idle') ? 'expired' : 'active'
}
