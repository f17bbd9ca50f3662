import type { Account } from '../accounts/account.ts'
import type { Auth } from './auth.ts'
import { signInFailed } from './unauthenticated.ts'

/** Who has signed in, with the hash by which the password was right. */
export type SignedInAccount = Pick<Account, 'username' | 'passwordHash'>

/**
 * Asked once a sign-in is made and before it is handed out: the password may have been replaced, and all sign-ins ended, after
 * it was found right and before this one was there to be ended. Then it is ended here, and nobody has it.
 *
 * Who replaces a password does so before the sign-ins are ended. So one that is made too early for this look is there when
 * they are.
 *
 * @throws 401 `SIGN_IN_FAILED`.
 */
export async function passwordStands(
  { accounts }: Pick<Auth, 'accounts'>,
  { username, passwordHash }: SignedInAccount,
  end: () => Promise<unknown> = async () => {},
): Promise<void> {
  // A hash has a salt of its own, and so does not come back.
  if ((await accounts.find(username))?.passwordHash === passwordHash) return
  await end()
  throw signInFailed()
}
