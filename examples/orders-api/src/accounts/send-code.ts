import type { Auth } from '../auth/auth.ts'
import { emailColumn } from '../encryption/email.ts'
import type { SendMail } from '../mail/mail.ts'
import { resetLetter, signUpLetter } from './letters.ts'

/** What {@link sendCode} works with. */
export interface CodeServices extends Pick<Auth, 'accounts' | 'signUps' | 'resets' | 'attempts' | 'cipher'> {
  readonly sendMail: SendMail
}

/**
 * Sends a code to an address: to make an account, or for a new password where there is one. Who asks is told nothing, and
 * waits as long for either: the same is asked of the database, one code is kept, one letter is sent.
 *
 * @throws UnavailableError where the letter cannot be sent.
 */
export async function sendCode(services: CodeServices, email: string): Promise<void> {
  const { accounts, signUps, resets, attempts, cipher, sendMail } = services
  const index = await cipher.blindIndex(email, emailColumn)
  if (!(await attempts.ofMailbox(index))) return
  const sealed = await cipher.encrypt(email, signUpPlace(index))
  const account = await accounts.find(email)
  const { token } = account
    ? await resets.issue(account.username, account.passwordVersion)
    : await signUps.issue(index, sealed)
  await sendMail(account ? resetLetter(email, token) : signUpLetter(email, token))
}

/** The place of an address that has no account yet, as the cipher names it. */
export function signUpPlace(rowId: string) {
  return { table: 'sign_ups', column: 'email', rowId }
}
