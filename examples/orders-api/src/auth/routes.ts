import { type RefreshTokens, revokeToken } from '@base/auth/tokens'
import { principal } from '@base/core/context'
import { type Context, Hono } from 'hono'
import { readBody } from '../http/read-body.ts'
import type { Client } from '../http/server.ts'
import type { Auth } from './auth.ts'
import { authenticate, bearerToken } from './authenticate.ts'
import { sessionRoutes } from './session-routes.ts'
import { RefreshInput, SignInInput } from './sign-in-input.ts'
import { invalidToken, unauthenticated } from './unauthenticated.ts'

/** The one client: whoever calls this API for its users. */
const CLIENT = 'shop'

/** `/auth`: signing in and out. Tokens come and go in bodies and `authorization`, never in cookies or URLs. */
export function authRoutes(auth: Auth): Hono {
  const { tokens, refresh, users, attempts } = auth
  return new Hono()
    .post('/sign-in', async (c) => {
      const { address } = c.env as Client
      // Before anything is looked at: what is wrong counts as well.
      await attempts.execute(() => undefined, { key: address })
      const { username, password } = await readBody(c, SignInInput)
      if (!(await users.verify(username, password))) throw signInFailed()
      return c.json(
        answer(await refresh.start({ sub: username, clientId: CLIENT, amr: ['pwd'], ...labelOf(c) })),
      )
    })
    .post('/refresh', async (c) => {
      const { refreshToken } = await readBody(c, RefreshInput)
      const rotated = await refresh.rotate(refreshToken, { clientId: CLIENT })
      if (!rotated.ok) throw invalidToken()
      return c.json(answer(rotated.value))
    })
    .post('/sign-out', async (c) => {
      const { refreshToken } = await readBody(c, RefreshInput)
      await revokeToken(refreshToken, auth)
      const accessToken = bearerToken(c)
      if (accessToken !== undefined) await revokeToken(accessToken, auth)
      return c.body(null, 204)
    })
    .post('/sign-out-everywhere', authenticate(tokens), async (c) => {
      await refresh.revokeAll(principal.require().id)
      return c.body(null, 204)
    })
    .route('/sessions', sessionRoutes(auth))

  function answer({ accessToken, refreshToken }: RefreshTokens) {
    // The access token first: the printed curl lines cut it out.
    return { accessToken, tokenType: 'Bearer', expiresIn: tokens.accessTtl / 1_000, refreshToken }
  }
}

function signInFailed() {
  // The same for a user that is unknown.
  return unauthenticated({ code: 'SIGN_IN_FAILED', message: 'Username or password is wrong.' })
}

/** What tells a sign-in from others in the list of its user: with what it was made. */
function labelOf({ req }: Context): { readonly label?: string } {
  const agent = req.header('user-agent')
  return agent ? { label: agent.slice(0, 200) } : {}
}
