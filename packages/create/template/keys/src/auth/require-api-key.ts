import type { ApiKeys } from '@base/auth/api-keys'
import type { MiddlewareHandler } from 'hono'
import { bearerOf, refuse } from './bearer.ts'

/** Lets requests pass that have an API key with the scope. */
export function requireApiKey(apiKeys: ApiKeys, scope: string): MiddlewareHandler {
  return async (c, next) => {
    const key = await apiKeys.verify(bearerOf(c), { scope, signal: c.req.raw.signal })
    return key.ok ? next() : refuse(key.error)
  }
}
