import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { readBody } from '../http/read-body.ts'
import { text } from '../http/text.ts'
import type { Limiter } from '../limits.ts'
import type { Meters } from '../telemetry/meters.ts'
import { ACCESS_TTL } from './access-tokens.ts'
import { bearerToken, invalidToken, type TokenJudges } from './authenticate.ts'
import { checkPassword, type PasswordServices } from './check-password.ts'
import { networkOf } from './network-of.ts'
import type { SignIn } from './sign-ins.ts'
import type { SigningKeys } from './signing-keys.ts'

const SignInInput = z.strictObject({
  /** Or the e-mail address. */
  username: text(1, 254),
  password: z.string().min(1).max(1_024),
})
const RefreshInput = z.strictObject({ refreshToken: z.string().min(1).max(1_024) })

/** What the paths of signing in work with. */
export interface AuthServices extends TokenJudges, PasswordServices {
  readonly keys: SigningKeys
  readonly meters: Pick<Meters, 'tokenRefusals' | 'refreshes'>
  /** How often an address may try. */
  readonly perAddress: Limiter
}

/** `/auth`: signing in and out. */
export function authRoutes(app: FastifyInstance, services: AuthServices): void {
  const { tokens, signIns, keys, audit, meters, perAddress } = services

  const toView = ({ id, username, roles, refreshToken }: SignIn) => ({
    accessToken: tokens.issue({ sub: username, roles, sid: id }),
    tokenType: 'Bearer',
    expiresIn: ACCESS_TTL,
    refreshToken,
  })

  // Before anything is looked at: what is wrong counts as well.
  const chargeAddress = ({ ip }: FastifyRequest) =>
    perAddress.charge(networkOf(ip), 'Too many attempts to sign in.')

  app.post('/auth/sign-in', { onRequest: chargeAddress }, async (request) => {
    const account = await checkPassword(services, readBody(request, SignInInput), request.ip)
    await audit.record({ action: 'sign-in', outcome: 'success', actor: account.username })
    return toView(await signIns.start(account, request.headers['user-agent']?.slice(0, 200)))
  })

  app.post('/auth/refresh', async (request) => {
    const rotation = await signIns.rotate(readBody(request, RefreshInput).refreshToken)
    meters.refreshes.inc({ outcome: rotation.status })
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
