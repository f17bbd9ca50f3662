import type { Passwords } from '@base/auth/passwords'
import { isAppError } from '@base/core/errors'
import { type Secret, secret } from '@base/core/secret'
import type { Role } from '../access/roles.ts'
import type { Stores } from '../stores.ts'
import type { Account } from './account.ts'

/** The password of the demo users where none is set: known to all, and so for this machine alone. */
export const KNOWN_PASSWORD = 'analytical-engine'

/** The customer that the printed curl lines order for, and the admin who has the goods. */
const DEMO: readonly { username: string; name: string; email: string; roles: readonly Role[] }[] = [
  { username: 'ada', name: 'Ada Lovelace', email: 'ada@example.com', roles: ['customer'] },
  { username: 'charles', name: 'Charles Babbage', email: 'charles@example.com', roles: ['admin'] },
]

/**
 * Makes the demo users, with the password of the settings. Those who are there keep what they have, but for the password that
 * is known to all, or none: they get the one of the settings.
 */
export async function addDemoAccounts(
  { accounts, unitOfWork }: Pick<Stores, 'accounts' | 'unitOfWork'>,
  passwords: Passwords,
  password: Secret<string> = secret(KNOWN_PASSWORD),
): Promise<void> {
  for (const { roles, ...person } of DEMO) {
    const found = await accounts.find(person.username)
    if (found && (await hasPassword(passwords, found, password))) continue
    const hash = await passwords.hash(password.reveal())
    if (found) await accounts.replacePassword(found, hash)
    else await add(unitOfWork, person, roles, hash)
  }
}

/** Whether an account has a password of its own, or the one of the settings. */
async function hasPassword(
  passwords: Passwords,
  { passwordHash }: Account,
  password: Secret<string>,
): Promise<boolean> {
  if (passwordHash === null) return false
  return password.equals(KNOWN_PASSWORD) || !(await passwords.verify(KNOWN_PASSWORD, passwordHash)).ok
}

/** All or nothing: whoever dies meanwhile leaves no admin without the role. */
async function add(
  unitOfWork: Stores['unitOfWork'],
  person: Omit<(typeof DEMO)[number], 'roles'>,
  roles: readonly Role[],
  passwordHash: string,
): Promise<void> {
  const { username } = person
  const account = { username, roles: ['customer'] as const, passwordHash: null, passwordVersion: 0 }
  await unitOfWork
    .run(async ({ customers, accounts }) => {
      await customers.save({ ...person, version: 0 })
      await accounts.replaceRoles(account, roles)
      await accounts.replacePassword(account, passwordHash)
    })
    .catch((error) => {
      // Another instance that starts now was faster.
      if (!isAppError(error, 'CONFLICT')) throw error
    })
}
