import type { Account } from '../accounts/account.ts'
import { isRightFactor } from '../second-factor/factor.ts'
import type { Auth } from './auth.ts'
import { passwordStands } from './password-stands.ts'
import type { SecondStepInput } from './sign-in-input.ts'
import { signInFailed } from './unauthenticated.ts'

/** What a sign-in came to: somebody, or the wish for a second factor. */
export type SignedIn = Somebody | { readonly secondStep: string; readonly expiresAt: number }

/** Who has signed in. */
export interface Somebody {
  readonly username: string
  /** With what. */
  readonly amr: readonly string[]
  /**
   * To be called once the sign-in is made and before it is handed out: what it was made by must be good still.
   *
   * @param end ends it where it is not.
   * @throws 401 `SIGN_IN_FAILED`.
   */
  readonly stands: (end: () => Promise<unknown>) => Promise<void>
}

/**
 * Signs in with a password. Who does not exist, has no password or another one is the same, in the answer as in the work.
 *
 * @throws 401 `SIGN_IN_FAILED`; RateLimitedError after too many attempts.
 */
export async function signIn(
  auth: Auth,
  login: string,
  password: string,
  address: string,
): Promise<SignedIn> {
  const account = await checkPassword(auth, login, password, address)
  if (account === undefined) throw signInFailed()
  const { username } = account
  // Nobody waits for it.
  void auth.attempts.loginSucceeded(login, address, username)
  if ((await auth.totp.status(username)).isEnrolled) {
    const { token, expiresAt } = await auth.secondSteps.issue(username)
    // It is bound to the password of its issue, which has to be the one that was right.
    await passwordStands(auth, account)
    return { secondStep: token, expiresAt }
  }
  return succeeded(auth, username, ['pwd'], (end) => passwordStands(auth, account, end))
}

/**
 * Ends a sign-in that waits for the second factor: a code of the app, or one on paper.
 *
 * The step is used up last, so that one who was interrupted by a fault goes on with the same step and another code. Of two
 * that come at once with the same step one goes on.
 *
 * @throws 401 `SIGN_IN_FAILED`, whatever is wrong.
 */
export async function secondStep(auth: Auth, input: SecondStepInput): Promise<SignedIn> {
  const begun = await auth.secondSteps.verify(input.token)
  if (!begun.ok) throw signInFailed()
  const { sub } = begun.value
  if (!(await isRightFactor(auth, sub, input))) {
    await failed(auth, sub, 'second factor')
    throw signInFailed()
  }
  return succeeded(auth, sub, ['pwd', 'code' in input ? 'otp' : 'recovery'], async (end) => {
    // It is refused as well where the password is not that of its issue any more.
    if ((await auth.secondSteps.redeem(input.token)).ok) return
    await end()
    throw signInFailed()
  })
}

/** The account whose password it is, as it was looked at; a hash that was made otherwise than today is renewed. */
async function checkPassword(
  auth: Auth,
  login: string,
  password: string,
  address: string,
): Promise<Account | undefined> {
  const account = await auth.accounts.find(login)
  const mayTry = await auth.attempts.ofLogin(login, address, account?.username)
  const { ok } = await auth.passwords.verify(password, mayTry ? account?.passwordHash : undefined, {
    replace: (expected, next) => auth.accounts.renewHash(account?.username ?? '', expected, next),
  })
  if (ok) return account
  await failed(auth, account?.username, 'password')
  return undefined
}

async function succeeded(
  { audit }: Auth,
  username: string,
  amr: readonly string[],
  stands: Somebody['stands'],
): Promise<SignedIn> {
  await audit.record({ action: 'sign-in', actor: { id: username }, details: { amr } })
  return { username, amr, stands }
}

/** What was typed is not recorded: it may be a password in the wrong field. */
async function failed({ audit }: Auth, username: string | undefined, reason: string): Promise<void> {
  const target = { type: 'account', id: username ?? 'unknown' }
  await audit.record({ action: 'sign-in', outcome: 'failure', target, reason })
}
