import { unwrap } from '@base/core/result'
import type { Auth } from '../auth/auth.ts'
import { endSignIns } from '../auth/end-sign-ins.ts'
import { codeRefused } from './code-refused.ts'
import type { ResetInput } from './inputs.ts'

/**
 * Sets a new password for who has read the letter, and ends all sign-ins, whoever has them. The second factor stays: who has
 * the mailbox alone does not get in.
 *
 * @throws 401 `CODE_INVALID`; ValidationError for a password that may not be set, which leaves the code good.
 */
export async function resetPassword(auth: Auth, { token, password }: ResetInput): Promise<void> {
  const { resets, accounts, policy, passwords, audit } = auth
  const grant = await resets.verify(token)
  const account = grant.ok ? await accounts.find(grant.value.sub) : undefined
  if (account === undefined) throw codeRefused()
  const { username, passwordHash } = account
  const next = await passwords.hash(unwrap(await policy.check(password, { words: [username] })))
  if (!(await resets.redeem(token)).ok) throw codeRefused()
  if (!(await accounts.replacePassword(username, passwordHash, next))) throw codeRefused()
  await endSignIns(auth, username)
  await audit.record({ action: 'account.reset-password', actor: { id: username } })
}
