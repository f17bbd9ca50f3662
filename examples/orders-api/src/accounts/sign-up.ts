import { isAppError } from '@base/core/errors'
import { uuidv7 } from '@base/core/id'
import { unwrap } from '@base/core/result'
import type { Auth } from '../auth/auth.ts'
import type { Stores } from '../stores.ts'
import { codeRefused } from './code-refused.ts'
import type { SignUpInput } from './inputs.ts'
import { signUpPlace } from './send-code.ts'

/**
 * Makes the account of who has read the letter. The password is chosen now, not when the letter was asked for: whoever asked
 * for it with somebody else's address has no part in the account.
 *
 * The code is not used up: its address is not free any more, which ends it, and of two that come at once keeps one.
 *
 * @throws 401 `CODE_INVALID`; ValidationError for a password that may not be set, which leaves the code good.
 */
export async function signUp(
  { signUps, cipher, policy, passwords, audit }: Auth,
  { unitOfWork }: Pick<Stores, 'unitOfWork'>,
  { token, name, password }: SignUpInput,
): Promise<string> {
  const grant = await signUps.verify(token)
  if (!grant.ok) throw codeRefused()
  const { sub, data } = grant.value
  const email = await cipher.decrypt<string>(data, signUpPlace(sub))
  const passwordHash = await passwords.hash(unwrap(await policy.check(password, { words: [name, email] })))

  const username = `c-${uuidv7()}`
  await unitOfWork
    .run(async ({ customers, accounts }) => {
      await customers.save({ username, name, email, version: 0 })
      await accounts.replacePassword({ username, passwordVersion: 0 }, passwordHash)
    })
    .catch((error) => {
      throw isAppError(error, 'CONFLICT') ? codeRefused() : error
    })
  await audit.record({ action: 'account.create', actor: { id: username } })
  return username
}
