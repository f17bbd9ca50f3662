import { type Context, Hono } from 'hono'
import { permit } from '../access/permit.ts'
import type { Auth } from '../auth/auth.ts'
import { authenticate } from '../auth/authenticate.ts'
import { Username } from '../customers/customer.ts'
import { readBody } from '../http/read-body.ts'
import type { Client } from '../http/server.ts'
import type { SendMail } from '../mail/mail.ts'
import type { Stores } from '../stores.ts'
import { changeRoles, noAccount } from './change-roles.ts'
import { CodeInput, ResetInput, RolesInput, SignUpInput } from './inputs.ts'
import { resetPassword } from './reset-password.ts'
import { sendCode } from './send-code.ts'
import { signUp } from './sign-up.ts'

/** `/accounts`: getting one, getting in again, and what an admin makes of it. */
export function accountRoutes(
  auth: Auth,
  stores: Pick<Stores, 'unitOfWork' | 'customers'>,
  sendMail: SendMail,
): Hono {
  const charge = (c: Context) => auth.attempts.ofClient((c.env as Client).address)
  return new Hono()
    .post('/codes', async (c) => {
      await charge(c)
      const { email } = await readBody(c, CodeInput)
      await sendCode({ ...auth, sendMail }, email)
      return c.json({ detail: 'A code is on its way, if the address can get one.' }, 202)
    })
    .post('/', async (c) => {
      await charge(c)
      const username = await signUp(auth, stores, await readBody(c, SignUpInput))
      return c.json({ username }, 201, { location: `/customers/${username}` })
    })
    .post('/reset-password', async (c) => {
      await charge(c)
      await resetPassword(auth, stores, await readBody(c, ResetInput), (c.env as Client).address)
      return c.body(null, 204)
    })
    .put('/:username/roles', authenticate(auth), permit('account:change-roles'), async (c) => {
      const username = c.req.param('username')
      // An e-mail address finds an account too, but is the name of none.
      if (!Username.safeParse(username).success) throw noAccount(username)
      const roles = [...new Set((await readBody(c, RolesInput)).roles)]
      await changeRoles(auth, stores, username, roles)
      return c.json({ username, roles })
    })
}
