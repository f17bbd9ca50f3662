import type { StoredApiKey, StoredApiKeySecret } from '@base/auth/api-keys'
import { type SQL, sql } from 'drizzle-orm'
import type { Row } from '../own-tables/own-tables.js'
import { milliseconds, optionalTimeOf, textOf, timeOf } from './auth-database.js'

/** How many secrets of a key are known. */
export const MOST_SECRETS = 10

/** Whether a key is good with its present secret. */
export const IS_ALIVE: SQL = sql`revoked_at is null and (expires_at is null or expires_at > clock.now)`

/** The secrets as JSON, which all drivers give alike. */
const SECRETS = sql`(
  select json_agg(json_build_object(
    'hash', secret.hash,
    'expiresAt', (extract(epoch from secret.ends_at) * 1000)::bigint,
    'isAlive', secret.ends_at is null or secret.ends_at > clock.now
  ) order by secret.n)::text
  from unnest(hashes, ends) with ordinality as secret(hash, ends_at, n)
) as secrets`

const TIMES = ['created_at', 'last_used_at', 'revoked_at'] as const

/** What {@link apiKeyOf} reads. */
export const API_KEY: SQL = sql`id, owner_id, name, scopes, ${SECRETS}, ${sql.join(TIMES.map(milliseconds), sql`, `)}`

/** A key, out of a row. */
export function apiKeyOf(row: Row): StoredApiKey {
  return {
    id: row['id'] as string,
    ownerId: row['owner_id'] as string,
    name: textOf(row, 'name'),
    scopes: JSON.parse(row['scopes'] as string),
    createdAt: timeOf(row, 'created_at'),
    lastUsedAt: optionalTimeOf(row, 'last_used_at'),
    revokedAt: optionalTimeOf(row, 'revoked_at'),
    secrets: (JSON.parse(row['secrets'] as string) as StoredSecret[]).map(secretOf),
  }
}

interface StoredSecret {
  readonly hash: string
  readonly expiresAt: number | null
  readonly isAlive: boolean
}

function secretOf({ expiresAt, ...secret }: StoredSecret): StoredApiKeySecret {
  return { ...secret, expiresAt: expiresAt ?? undefined }
}
