import type { WithPassword } from '../accounts/account.ts'
import type { Auth } from './auth.ts'
import { signInFailed } from './unauthenticated.ts'

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
  { username, passwordVersion }: WithPassword,
  end: () => Promise<unknown> = async () => {},
): Promise<void> {
  // Not the hash, which a sign-in elsewhere may just have renewed.
  if ((await accounts.find(username))?.passwordVersion === passwordVersion) return
  await end()
  throw signInFailed()
}
