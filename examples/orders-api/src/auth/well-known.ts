import { openidConfiguration } from '@base/auth/tokens'
import { Hono } from 'hono'
import { etag } from 'hono/etag'
import type { Auth } from './auth.ts'

/** `/.well-known`: what another service needs to check our access tokens by itself. */
export function wellKnownRoutes({ keys, tokens }: Pick<Auth, 'keys' | 'tokens'>): Hono {
  const discovery = openidConfiguration({
    issuer: tokens.issuer,
    algorithms: [keys.algorithm],
    grantTypes: [],
    // Users sign in at /auth, not by OAuth: there is no authorization endpoint to answer with a code.
    extra: { response_types_supported: [], code_challenge_methods_supported: [] },
  })
  return new Hono()
    .use(etag())
    .get('/openid-configuration', (c) => c.json(discovery, 200, { 'cache-control': 'public, max-age=300' }))
    .get('/jwks.json', async (c) => {
      const { body, etag, cacheControl, contentType } = await keys.jwks()
      const headers = { etag, 'cache-control': cacheControl, 'content-type': contentType }
      return c.body(JSON.stringify(body), 200, headers)
    })
}
