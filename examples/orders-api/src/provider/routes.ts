import { type OidcClient, safeReturnTo } from '@base/auth/oauth'
import { Hono } from 'hono'
import type { Auth } from '../auth/auth.ts'
import { unauthenticated } from '../auth/unauthenticated.ts'
import type { Client } from '../http/server.ts'
import type { Stores } from '../stores.ts'
import { accountOf } from './account-of.ts'

/** `/auth/provider`: a browser signs in with a provider, and gets the session that a password would have given it. */
export function providerRoutes(auth: Auth, provider: OidcClient, stores: Stores): Hono {
  const { sessions, audit, attempts, tokens } = auth
  return new Hono()
    .get('/', async (c) => {
      await attempts.ofClient((c.env as Client).address)
      const { url, cookie } = await provider.begin({
        redirectUri: `${tokens.issuer}/auth/provider/callback`,
        returnTo: safeReturnTo(c.req.query('returnTo')),
        transactionId: provider.readCookie(c.req.header('cookie')),
      })
      return c.body(null, 303, { location: url, 'set-cookie': cookie })
    })
    .get('/callback', async (c) => {
      const cookies = c.req.header('cookie')
      const completed = await provider.complete(c.req.url, provider.readCookie(cookies))
      if (!completed.ok) throw unauthenticated('SIGN_IN_FAILED', completed.error.publicMessage)
      const username = await accountOf(stores, provider, completed.value)
      await audit.record({ action: 'sign-in', actor: { id: username }, details: { amr: ['provider'] } })
      const { cookie } = await sessions.create(username, undefined, {
        replaces: sessions.readCookie(cookies),
      })
      return c.body(null, 303, { location: completed.value.returnTo, 'set-cookie': cookie })
    })
}
