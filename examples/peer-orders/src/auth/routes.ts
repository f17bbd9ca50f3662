import { createHash } from 'node:crypto'
import { eq } from 'drizzle-orm'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Db } from '../database/database.ts'
import { customers } from '../database/schema.ts'
import { readBody } from '../http/read-body.ts'
import { text } from '../http/text.ts'
import type { Limiter } from '../limits.ts'
import { ACCESS_TTL } from './access-tokens.ts'
import { bearerToken, invalidToken, type TokenJudges, unauthenticated } from './authenticate.ts'
import { isPassword } from './passwords.ts'
import type { SignIn } from './sign-ins.ts'
import type { SigningKeys } from './signing-keys.ts'

const SignInInput = z.strictObject({
  /** Or the e-mail address. */
  username: text(1, 254),
  password: z.string().min(1).max(1_024),
})
const RefreshInput = z.strictObject({ refreshToken: z.string().min(1).max(1_024) })

/** What the paths of signing in work with. */
export interface AuthServices extends TokenJudges {
  readonly db: Db
  readonly keys: SigningKeys
  /** How often an address may try, and how often one name may be tried from wherever. */
  readonly perAddress: Limiter
  readonly perLogin: Limiter
}

/** `/auth`: signing in and out. */
export function authRoutes(app: FastifyInstance, services: AuthServices): void {
  const { tokens, signIns, keys, perAddress } = services

  const toView = ({ id, username, roles, refreshToken }: SignIn) => ({
    accessToken: tokens.issue({ sub: username, roles, sid: id }),
    tokenType: 'Bearer',
    expiresIn: ACCESS_TTL,
    refreshToken,
  })

  // Before anything is looked at: what is wrong counts as well.
  const chargeAddress = ({ ip }: FastifyRequest) => perAddress.charge(ip, 'Too many attempts to sign in.')

  app.post('/auth/sign-in', { onRequest: chargeAddress }, async (request) => {
    const account = await checkPassword(services, readBody(request, SignInInput))
    return toView(await signIns.start(account, request.headers['user-agent']?.slice(0, 200)))
  })

  app.post('/auth/refresh', async (request) => {
    const rotation = await signIns.rotate(readBody(request, RefreshInput).refreshToken)
    if (rotation.status === 'rotated') return toView(rotation)
    if (rotation.status === 'reused')
      request.log.warn({ 'user.id': rotation.username }, 'refresh token presented again')
    throw invalidToken()
  })

  app.post('/auth/sign-out', async (request, reply) => {
    await signIns.endByToken(readBody(request, RefreshInput).refreshToken)
    const claims = tokens.verify(bearerToken(request) ?? '')
    if (claims !== undefined) await signIns.end(claims.sub, claims.sid)
    return reply.code(204).send()
  })

  app.get('/.well-known/jwks.json', async (_, reply) => {
    reply.header('cache-control', 'public, max-age=300')
    return keys.jwks()
  })
}

/** Who does not exist, has no password or another one is the same, in the answer as in the work. */
async function checkPassword(
  { db, perLogin }: AuthServices,
  { username, password }: z.infer<typeof SignInInput>,
) {
  const login = username.toLowerCase()
  // What was typed may be a password in the wrong field: it is kept nowhere.
  await perLogin.charge(
    createHash('sha256').update(login).digest('base64url'),
    'Too many attempts to sign in.',
  )
  const [account] = await db
    .select({
      username: customers.username,
      roles: customers.roles,
      passwordHash: customers.passwordHash,
    })
    .from(customers)
    .where(username.includes('@') ? eq(customers.email, login) : eq(customers.username, username))
  if ((await isPassword(password, account?.passwordHash)) && account !== undefined) return account
  throw unauthenticated('SIGN_IN_FAILED', 'Username or password is wrong.')
}
