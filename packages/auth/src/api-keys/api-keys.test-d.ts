import type { ForbiddenError } from '@base/core/errors'
import type { Result } from '@base/core/result'
import { describe, expectTypeOf, test } from 'vitest'
import type { AuthError } from '../errors/index.js'
import {
  type ApiKey,
  type ApiKeyStore,
  createApiKeys,
  memoryApiKeyStore,
  type VerifiedApiKey,
} from './index.js'

describe('api keys', () => {
  const keys = createApiKeys({ store: memoryApiKeyStore(), prefix: 'shop_live', ttl: '30d' })

  test('take what a program sends, of whatever type, and answer with a result', () => {
    expectTypeOf(keys.verify).parameter(0).toEqualTypeOf<unknown>()
    expectTypeOf(keys.verify('x', { scope: 'a' })).resolves.toEqualTypeOf<
      Result<VerifiedApiKey, AuthError | ForbiddenError>
    >()
  })

  test('are made for an owner and for something', () => {
    expectTypeOf(keys.create({ ownerId: 'ann', scopes: [] })).resolves.toEqualTypeOf<{
      readonly id: string
      readonly key: string
      readonly expiresAt?: number
    }>()
    // @ts-expect-error whose it is must be said
    keys.create({ scopes: [] })
    // @ts-expect-error and for what
    keys.create({ ownerId: 'ann' })
    // @ts-expect-error fields that are the server's alone are not taken
    keys.create({ ownerId: 'ann', scopes: [], id: 'x' })
  })

  test('are listed without secrets', () => {
    expectTypeOf(keys.list('ann')).resolves.toEqualTypeOf<readonly ApiKey[]>()
    expectTypeOf<ApiKey>().not.toHaveProperty('key')
    expectTypeOf(memoryApiKeyStore()).toEqualTypeOf<ApiKeyStore>()
  })
})
