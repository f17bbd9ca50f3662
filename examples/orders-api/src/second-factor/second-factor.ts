import type { TotpEnrolment } from '@base/auth/totp'
import type { Account } from '../accounts/account.ts'
import type { Auth } from '../auth/auth.ts'
import { HttpError } from '../http/problem.ts'

/** What shows that it is still the user who asks: a second factor that a thief of a session puts in would lock the user out. */
export interface Proof {
  readonly password: string
  /** Of the present app, where there is one. */
  readonly code?: string | undefined
  /** Where the request comes from. */
  readonly address: string
}

/** Begins with an authenticator app. @throws 403 `PROOF_REFUSED` */
export async function enroll(auth: Auth, username: string, proof: Proof): Promise<TotpEnrolment> {
  await checkProof(auth, username, proof)
  return auth.totp.enroll(username, { account: username })
}

/** Ends with the first code of the app; the codes on paper that come with it are shown once. @throws 403 `PROOF_REFUSED` */
export async function confirm(auth: Auth, username: string, code: string): Promise<readonly string[]> {
  if (!(await auth.totp.confirm(username, code))) throw proofRefused()
  await auth.audit.record({ action: 'second-factor.enroll', target: { type: 'account', id: username } })
  return auth.recoveryCodes.generate(username)
}

/** Does without it from now on. @throws 403 `PROOF_REFUSED` */
export async function remove(auth: Auth, username: string, proof: Proof): Promise<void> {
  await checkProof(auth, username, proof)
  await auth.totp.remove(username)
  await auth.recoveryCodes.remove(username)
  await auth.audit.record({ action: 'second-factor.remove', target: { type: 'account', id: username } })
}

async function checkProof(
  auth: Auth,
  username: string,
  { password, code, address }: Proof,
): Promise<Account> {
  await auth.attempts.ofLogin(username, address)
  const account = await auth.accounts.find(username)
  const { ok } = await auth.passwords.verify(password, account?.passwordHash)
  if (account === undefined || !ok) throw proofRefused()
  void auth.attempts.loginSucceeded(username, address)
  const { isEnrolled } = await auth.totp.status(username)
  if (isEnrolled && !(await auth.totp.verify(username, code ?? ''))) throw proofRefused()
  return account
}

function proofRefused(): HttpError {
  const message = 'Password or code is wrong.'
  return new HttpError({ status: 403, code: 'PROOF_REFUSED', kind: 'forbidden', message })
}
