import type { Result } from '@base/core/result'
import { expectTypeOf } from 'vitest'
import type { AuthError } from '../errors/auth-error.js'
import { type ActionGrant, type ActionTokens, createActionTokens } from './index.js'

interface Mail {
  readonly email: string
}

const tokens = createActionTokens<Mail>({ purpose: 'verify-email', ttl: '1h', state: async () => undefined })
expectTypeOf(tokens).toEqualTypeOf<ActionTokens<Mail>>()
expectTypeOf(tokens.issue('ann', { email: '' })).resolves.toEqualTypeOf<{
  readonly token: string
  readonly expiresAt: number
}>()
expectTypeOf(tokens.redeem('')).resolves.toEqualTypeOf<Result<ActionGrant<Mail>, AuthError>>()
expectTypeOf(createActionTokens({ purpose: 'anything' })).toEqualTypeOf<ActionTokens<unknown>>()
// @ts-expect-error data of another type
tokens.issue('ann', { mail: '' })
// @ts-expect-error without the data, which `redeem` says is there
tokens.issue('ann')
createActionTokens({ purpose: 'reset' }).issue('ann')
createActionTokens<Mail | undefined>({ purpose: 'reset' }).issue('ann')
// @ts-expect-error the purpose is required
createActionTokens({})
