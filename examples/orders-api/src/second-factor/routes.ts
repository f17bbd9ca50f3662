import { principal } from '@base/core/context'
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { Auth } from '../auth/auth.ts'
import { authenticate } from '../auth/authenticate.ts'
import { readBody } from '../http/read-body.ts'
import type { Client } from '../http/server.ts'
import { code, recoveryCode } from './factor.ts'
import { confirm, enroll, type Proof, remove } from './second-factor.ts'

const password = z.string().min(1).max(1_024)
const ProofInput = z
  .strictObject({ password, code: code.optional(), recoveryCode: recoveryCode.optional() })
  .refine((said) => said.code === undefined || said.recoveryCode === undefined, 'must have one code')
const ConfirmInput = z.strictObject({ code })

/** `/second-factor`: the authenticator app of who is signed in. */
export function secondFactorRoutes(auth: Auth): Hono {
  return new Hono()
    .get('/', authenticate(auth), async (c) => {
      const { id } = principal.require()
      const [{ isEnrolled }, recoveryCodesLeft] = await Promise.all([
        auth.totp.status(id),
        auth.recoveryCodes.remaining(id),
      ])
      return c.json({ isEnrolled, recoveryCodesLeft })
    })
    .post('/', authenticate(auth), async (c) =>
      c.json(await enroll(auth, principal.require().id, await readProof(c)), 201),
    )
    .post('/confirm', authenticate(auth), async (c) => {
      const { code } = await readBody(c, ConfirmInput)
      return c.json({ recoveryCodes: await confirm(auth, principal.require().id, code) })
    })
    .delete('/', authenticate(auth), async (c) => {
      await remove(auth, principal.require().id, await readProof(c))
      return c.body(null, 204)
    })
}

async function readProof(c: Context): Promise<Proof> {
  return { ...(await readBody(c, ProofInput)), address: (c.env as Client).address }
}
