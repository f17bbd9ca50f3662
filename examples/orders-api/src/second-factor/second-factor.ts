import type { TotpEnrolment } from '@base/auth/totp'
import type { Auth } from '../auth/auth.ts'
import { HttpError } from '../http/problem.ts'
import { type Factor, isRightFactor } from './factor.ts'

/** What shows that it is still the user who asks: a second factor that a thief of a session puts in would lock the user out. Where there is an app, a factor belongs to it. */
export interface Proof extends Factor {
  readonly password: string
  /** Where the request comes from. */
  readonly address: string
}

/** Begins with an authenticator app. @throws 403 `PROOF_REFUSED` */
export async function enroll(auth: Auth, username: string, proof: Proof): Promise<TotpEnrolment> {
  await checkProof(auth, username, proof)
  return auth.totp.enroll(username, { account: username })
}

/**
 * Ends with the first code of the app; the codes on paper that come with it are shown once. An app that has none, for a fault
 * came between or they are used up, gets them by its next code.
 *
 * @throws 403 `PROOF_REFUSED`
 */
export async function confirm(auth: Auth, username: string, code: string): Promise<readonly string[]> {
  // Not the codes first: of two that confirm at once, the one that fails would end those that the other shows.
  const by = (await lacksPaper(auth, username)) ? 'verify' : 'confirm'
  if (!(await auth.totp[by](username, code))) throw proofRefused()
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
  { password, address, ...factor }: Proof,
): Promise<void> {
  const mayTry = await auth.attempts.ofLogin(username, address)
  const account = await auth.accounts.find(username)
  const { ok } = await auth.passwords.verify(password, mayTry ? account?.passwordHash : undefined)
  if (!ok) throw proofRefused()
  void auth.attempts.loginSucceeded(username, address)
  const { isEnrolled } = await auth.totp.status(username)
  if (isEnrolled && !(await isRightFactor(auth, username, factor))) throw proofRefused()
}

/** Whether an app counts without codes on paper beside it. */
async function lacksPaper({ totp, recoveryCodes }: Auth, username: string): Promise<boolean> {
  const { isEnrolled, isPending } = await totp.status(username)
  return isEnrolled && !isPending && (await recoveryCodes.remaining(username)) === 0
}

function proofRefused(): HttpError {
  const message = 'Password or code is wrong.'
  return new HttpError({ status: 403, code: 'PROOF_REFUSED', kind: 'forbidden', message })
}
