import { unwrap } from '@base/core/result'
import type { Auth } from '../auth/auth.ts'
import { endSignIns } from '../auth/end-sign-ins.ts'
import type { Stores } from '../stores.ts'
import type { Account } from './account.ts'
import { codeRefused } from './code-refused.ts'
import type { ResetInput } from './inputs.ts'

/**
 * Sets a new password for who has read the letter, and ends all sign-ins, whoever has them. The second factor stays: who has
 * the mailbox alone does not get in.
 *
 * The code is used up last, so that one who was interrupted by a fault comes again with the same code and the same password,
 * and what was not done is done. Another password it does not set: it replaces the one that it was made for, and that once.
 *
 * @throws 401 `CODE_INVALID`; ValidationError for a password that may not be set, which leaves the code good.
 */
export async function resetPassword(
  auth: Auth,
  { customers }: Pick<Stores, 'customers'>,
  { token, password }: ResetInput,
  address: string,
): Promise<void> {
  const { resets, accounts, policy, audit } = auth
  const grant = await resets.verify(token)
  const account = grant.ok ? await accounts.find(grant.value.sub) : undefined
  if (!grant.ok || account === undefined) throw codeRefused()
  const { username } = account
  const customer = await customers.findById(username)
  const words = [username, ...(customer ? [customer.name, customer.email] : [])]
  const checked = unwrap(await policy.check(password, { words }))
  const isSet =
    account.passwordVersion === grant.value.data
      ? await replace(auth, account, checked)
      : await isItsPassword(auth, account, checked, address)
  if (!isSet) throw codeRefused()
  // After the password: a sign-in that is being made with the old one looks at it once it is made.
  await endSignIns(auth, username)
  await audit.record({ action: 'account.reset-password', actor: { id: username } })
  await resets.redeem(token)
}

/** Whether the account has this password already; what is asked here is an attempt as at a sign-in. */
async function isItsPassword(
  { attempts, passwords }: Auth,
  { username, passwordHash }: Account,
  password: string,
  address: string,
): Promise<boolean> {
  const mayTry = await attempts.ofLogin(username, address)
  return mayTry && (await passwords.verify(password, passwordHash)).ok
}

/** Whether the account had its password still, and has this one now. */
async function replace({ accounts, passwords }: Auth, account: Account, password: string): Promise<boolean> {
  return accounts.replacePassword(account, await passwords.hash(password))
}
