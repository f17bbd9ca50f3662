import { ForbiddenError, NotFoundError } from '@base/core/errors'
import { type Err, err } from '@base/core/result'
import type { AuthError } from '../errors/auth-error.js'
import { refused } from '../tokens/refused.js'
import type { StoredApiKey, StoredApiKeySecret } from './api-key-store.js'
import type { ApiKey } from './api-keys.js'

/** Why a key is not let in. */
export type Refusal = Err<AuthError | ForbiddenError>

/** Why a key whose secret was presented is not good; `undefined` where it is. */
export function judge({ revokedAt }: StoredApiKey, { isAlive }: StoredApiKeySecret): Refusal | undefined {
  if (revokedAt !== undefined) return refused('API_KEY_REVOKED', 'The API key is revoked.')
  return isAlive === true ? undefined : refused('API_KEY_EXPIRED', 'The time of the API key is over.')
}

/** A good key is used for what it is not for. */
export function notForThis(asked: readonly string[]): Refusal {
  const details = { scope: asked.join(' ') }
  return err(new ForbiddenError({ code: 'API_KEY_SCOPE', message: 'The API key is not for this.', details }))
}

/** Somebody wants to give away what they do not have. */
export function widerThanOwner(): ForbiddenError {
  return new ForbiddenError({
    code: 'API_KEY_SCOPE',
    message: 'An API key cannot have a scope that its owner does not have.',
  })
}

/** There is none, or it is another's. */
export function unknownKey(): NotFoundError {
  return new NotFoundError({ message: 'There is no such API key.' })
}

/** What an owner may see of a key, and when that ends. */
export function apiKeyOf(key: StoredApiKey, expiresAt: number | undefined): ApiKey {
  const { id, ownerId, name, scopes, createdAt, lastUsedAt } = key
  return {
    id,
    ownerId,
    ...(name !== undefined && { name }),
    scopes: [...scopes],
    createdAt,
    ...(lastUsedAt !== undefined && { lastUsedAt }),
    ...(expiresAt !== undefined && { expiresAt }),
  }
}
