import type { StoredApiKey, StoredApiKeySecret } from '@base/auth/api-keys'
import type { Reply } from '../connection/connection.js'
import { partsOf, textOf } from './auth-connection.js'
import { Fields } from './fields.js'

/** How many secrets of a key are known. */
export const MOST_SECRETS = 10

/** A key, out of the time and the fields that a script gave. */
export function apiKeyOf(id: string, reply: Reply): StoredApiKey | undefined {
  if (reply === null) return undefined
  const [now, all] = partsOf(reply)
  const fields = new Fields(all ?? [])
  return {
    id,
    ownerId: fields.text('owner'),
    name: fields.optional('name'),
    scopes: JSON.parse(fields.text('scopes')),
    createdAt: fields.time('created'),
    lastUsedAt: fields.optionalTime('used'),
    revokedAt: fields.optionalTime('revoked'),
    secrets: secretsOf(fields, Number(textOf(now))),
  }
}

/** Whether a key is good with its present secret. */
export function isAlive({ revokedAt, secrets: [present] }: StoredApiKey): boolean {
  return revokedAt === undefined && present?.isAlive === true
}

function secretsOf(fields: Fields, now: number): StoredApiKeySecret[] {
  const present = Number(fields.text('generation'))
  const generations = Array.from({ length: MOST_SECRETS }, (_, index) => present - index)
  return generations.flatMap((generation) => {
    const hash = fields.optional(`hash:${generation}`)
    const expiresAt = fields.optionalTime(`end:${generation}`)
    return hash === undefined ? [] : { hash, expiresAt, isAlive: expiresAt === undefined || now < expiresAt }
  })
}
