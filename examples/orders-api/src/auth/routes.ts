import { type RefreshTokens, revokeToken } from '@base/auth/tokens'
import { principal } from '@base/core/context'
import type { StandardSchemaV1 } from '@base/core/schema'
import { type Context, Hono } from 'hono'
import { readBody } from '../http/read-body.ts'
import type { Client } from '../http/server.ts'
import type { Auth } from './auth.ts'
import { authenticate } from './authenticate.ts'
import { bearerToken } from './credentials.ts'
import { endSignIns } from './end-sign-ins.ts'
import { checkSameOrigin } from './same-origin.ts'
import { sessionRoutes } from './session-routes.ts'
import { type SignedIn, type Somebody, secondStep, signIn } from './sign-in.ts'
import { RefreshInput, SecondStepInput, SignInInput } from './sign-in-input.ts'
import { invalidToken } from './unauthenticated.ts'

/** The one client: whoever calls this API for its users. */
const CLIENT = 'shop'

/** `/auth`: signing in and out. Programs get tokens in bodies; a browser that asks for one gets a session in a cookie. */
export function authRoutes(auth: Auth): Hono {
  const { refresh, sessions } = auth
  return new Hono()
    .post('/sign-in', async (c) => {
      const { username, password, cookie } = await readSignIn(c, auth, SignInInput)
      const { address } = c.env as Client
      return answer(c, auth, await signIn(auth, username, password, address), cookie)
    })
    .post('/sign-in/second-step', async (c) => {
      const input = await readSignIn(c, auth, SecondStepInput)
      return answer(c, auth, await secondStep(auth, input), input.cookie)
    })
    .post('/refresh', async (c) => {
      const { refreshToken } = await readBody(c, RefreshInput)
      const rotated = await refresh.rotate(refreshToken, { clientId: CLIENT })
      if (!rotated.ok) throw invalidToken()
      return c.json(toView(auth, rotated.value))
    })
    .post('/sign-out', async (c) => {
      const id = sessions.readCookie(c.req.header('cookie'))
      if (id !== undefined) {
        checkSameOrigin(c, auth.tokens.issuer)
        await sessions.destroy(id)
        return c.body(null, 204, { 'set-cookie': sessions.clearCookie() })
      }
      const { refreshToken } = await readBody(c, RefreshInput)
      await revokeToken(refreshToken, auth)
      const accessToken = bearerToken(c)
      if (accessToken !== undefined) await revokeToken(accessToken, auth)
      return c.body(null, 204)
    })
    .post('/sign-out-everywhere', authenticate(auth), async (c) => {
      await endSignIns(auth, principal.require().id)
      return c.body(null, 204)
    })
    .route('/sessions', sessionRoutes(auth))
}

async function readSignIn<T extends { cookie: boolean }>(
  c: Context,
  { attempts, tokens }: Auth,
  schema: StandardSchemaV1<unknown, T>,
): Promise<T> {
  // Before anything is looked at: what is wrong counts as well.
  await attempts.ofClient((c.env as Client).address)
  const input = await readBody(c, schema)
  // Before anything is used up.
  if (input.cookie) checkSameOrigin(c, tokens.issuer)
  return input
}

async function answer(c: Context, auth: Auth, signedIn: SignedIn, cookie: boolean): Promise<Response> {
  if ('secondStep' in signedIn) {
    const { secondStep, expiresAt } = signedIn
    return c.json({ secondStep, expiresAt: new Date(expiresAt) })
  }
  if (cookie) return beginSession(c, auth, signedIn)
  const { username, amr, stands } = signedIn
  // With what it was made tells a sign-in from others in the list of its user.
  const label = c.req.header('user-agent')?.slice(0, 200) || undefined
  const started = await auth.refresh.start({ sub: username, clientId: CLIENT, amr, label })
  await stands(() => auth.refresh.revokeFamily(started.familyId))
  return c.json(toView(auth, started))
}

function toView({ tokens }: Auth, { accessToken, refreshToken }: RefreshTokens) {
  // The access token first: the printed curl lines cut it out.
  return { accessToken, tokenType: 'Bearer', expiresIn: tokens.accessTtl / 1_000, refreshToken }
}

/** A session with a new id, whatever the browser had before: what was planted there is worth nothing. */
async function beginSession(
  c: Context,
  { sessions }: Auth,
  { username, stands }: Somebody,
): Promise<Response> {
  const replaces = sessions.readCookie(c.req.header('cookie'))
  const { id, cookie } = await sessions.create(username, undefined, { replaces })
  await stands(() => sessions.destroy(id))
  return c.json({ username }, 200, { 'set-cookie': cookie })
}
