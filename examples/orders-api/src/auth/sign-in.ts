import type { Account, WithPassword } from '../accounts/account.ts'
import type { Auth } from './auth.ts'
import { passwordStands } from './password-stands.ts'
import type { SecondStepInput } from './sign-in-input.ts'
import { signInFailed } from './unauthenticated.ts'

/** What a sign-in came to: somebody, or the wish for a second factor. */
export type SignedIn =
  | { readonly account: WithPassword; readonly amr: readonly string[] }
  | { readonly secondStep: string; readonly expiresAt: number }

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
  await auth.attempts.ofLogin(login, address)
  const account = await checkPassword(auth, login, password)
  if (account === undefined) throw signInFailed()
  // Nobody waits for it.
  void auth.attempts.loginSucceeded(login, address)
  const { username } = account
  if ((await auth.totp.status(username)).isEnrolled) {
    const { token, expiresAt } = await auth.secondSteps.issue(username)
    // It is bound to the password of its issue, which has to be the one that was right.
    await passwordStands(auth, account)
    return { secondStep: token, expiresAt }
  }
  return succeeded(auth, account, ['pwd'])
}

/**
 * Ends a sign-in that waits for the second factor: a code of the app, or one on paper.
 *
 * @throws 401 `SIGN_IN_FAILED`, whatever is wrong.
 */
export async function secondStep(auth: Auth, input: SecondStepInput): Promise<SignedIn> {
  const begun = await auth.secondSteps.verify(input.token)
  if (!begun.ok) throw signInFailed()
  const { sub } = begun.value
  // Before the step is used up, for then the password is that of its issue: the one that was right.
  const account = await auth.accounts.find(sub)
  const isRight =
    'code' in input
      ? await auth.totp.verify(sub, input.code)
      : await auth.recoveryCodes.redeem(sub, input.recoveryCode)
  // The code is used up by now; of two that come at once with the same step one goes on.
  if (isRight && account && (await auth.secondSteps.redeem(input.token)).ok) {
    return succeeded(auth, account, ['pwd', 'code' in input ? 'otp' : 'recovery'])
  }
  await failed(auth, sub, 'second factor')
  throw signInFailed()
}

/** The account whose password it is, as it was looked at; a hash that was made otherwise than today is renewed. */
async function checkPassword(auth: Auth, login: string, password: string): Promise<Account | undefined> {
  let account: Account | undefined
  const find = async () => {
    account = await auth.accounts.find(login)
    return account?.passwordHash
  }
  const { ok } = await auth.passwords.verify(password, find, {
    replace: (expected, next) => auth.accounts.renewHash(account?.username ?? '', expected, next),
  })
  if (ok) return account
  await failed(auth, account?.username, 'password')
  return undefined
}

async function succeeded({ audit }: Auth, account: WithPassword, amr: readonly string[]): Promise<SignedIn> {
  await audit.record({ action: 'sign-in', actor: { id: account.username }, details: { amr } })
  return { account, amr }
}

/** What was typed is not recorded: it may be a password in the wrong field. */
async function failed({ audit }: Auth, username: string | undefined, reason: string): Promise<void> {
  const target = { type: 'account', id: username ?? 'unknown' }
  await audit.record({ action: 'sign-in', outcome: 'failure', target, reason })
}
