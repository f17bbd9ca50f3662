import type { Account } from '../accounts/account.ts'
import type { Auth } from './auth.ts'
import type { SecondStepInput } from './sign-in-input.ts'
import { unauthenticated } from './unauthenticated.ts'

/** What a sign-in came to: somebody, or the wish for a second factor. */
export type SignedIn =
  | { readonly username: string; readonly amr: readonly string[] }
  | { readonly secondStep: string; readonly expiresAt: number }

/**
 * Signs in with a password. Who does not exist, has no password or another one is the same, in the answer as in the work.
 *
 * @throws 401 `SIGN_IN_FAILED`; RateLimitedError after too many attempts.
 */
export async function signIn(auth: Auth, login: string, password: string): Promise<SignedIn> {
  await auth.attempts.ofLogin(login)
  const account = await checkPassword(auth, login, password)
  if (account === undefined) throw signInFailed()
  const { username } = account
  if ((await auth.totp.status(username)).isEnrolled) {
    const { token, expiresAt } = await auth.secondSteps.issue(username)
    return { secondStep: token, expiresAt }
  }
  return succeeded(auth, username, ['pwd'])
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
  const isRight =
    'code' in input
      ? await auth.totp.verify(sub, input.code)
      : await auth.recoveryCodes.redeem(sub, input.recoveryCode)
  // The code is used up by now; of two that come at once with the same step one goes on.
  if (isRight && (await auth.secondSteps.redeem(input.token)).ok) {
    return succeeded(auth, sub, ['pwd', 'code' in input ? 'otp' : 'recovery'])
  }
  await failed(auth, sub, 'second factor')
  throw signInFailed()
}

/** The account whose password it is; a hash that was made otherwise than today is replaced. */
async function checkPassword(auth: Auth, login: string, password: string): Promise<Account | undefined> {
  let account: Account | undefined
  const find = async () => {
    account = await auth.accounts.find(login)
    return account?.passwordHash
  }
  const { ok } = await auth.passwords.verify(password, find, {
    replace: (expected, next) => auth.accounts.replacePassword(account?.username ?? '', expected, next),
  })
  if (ok) return account
  await failed(auth, account?.username, 'password')
  return undefined
}

async function succeeded({ audit }: Auth, username: string, amr: readonly string[]): Promise<SignedIn> {
  await audit.record({ action: 'sign-in', actor: { id: username }, details: { amr } })
  return { username, amr }
}

/** What was typed is not recorded: it may be a password in the wrong field. */
async function failed({ audit }: Auth, username: string | undefined, reason: string): Promise<void> {
  const target = { type: 'account', id: username ?? 'unknown' }
  await audit.record({ action: 'sign-in', outcome: 'failure', target, reason })
}

function signInFailed() {
  // The same for a user that is unknown.
  return unauthenticated('SIGN_IN_FAILED', 'Username or password is wrong.')
}
