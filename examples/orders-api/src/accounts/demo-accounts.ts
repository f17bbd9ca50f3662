import type { Passwords } from '@base/auth/passwords'
import { isAppError } from '@base/core/errors'
import { type Secret, secret } from '@base/core/secret'
import type { Role } from '../access/roles.ts'
import type { Repositories } from '../stores.ts'
import type { Account } from './account.ts'

/** The password of the demo users where none is set: known to all, and so for this machine alone. */
export const KNOWN_PASSWORD = 'analytical-engine'

/** The customer that the printed curl lines order for, and the admin who has the goods. */
const DEMO: readonly { username: string; name: string; email: string; roles: readonly Role[] }[] = [
  { username: 'ada', name: 'Ada Lovelace', email: 'ada@example.com', roles: ['customer'] },
  { username: 'charles', name: 'Charles Babbage', email: 'charles@example.com', roles: ['admin'] },
]

/** Makes the demo users, with the password of the settings, even where they had another before. */
export async function addDemoAccounts(
  stores: Pick<Repositories, 'customers' | 'accounts'>,
  passwords: Passwords,
  password: Secret<string> = secret(KNOWN_PASSWORD),
): Promise<void> {
  for (const { roles, ...person } of DEMO) {
    const account = (await stores.accounts.find(person.username)) ?? (await add(stores, person, roles))
    if ((await passwords.verify(password.reveal(), account.passwordHash)).ok) continue
    await stores.accounts.replacePassword(account, await passwords.hash(password.reveal()))
  }
}

async function add(
  { customers, accounts }: Pick<Repositories, 'customers' | 'accounts'>,
  person: Omit<(typeof DEMO)[number], 'roles'>,
  roles: readonly Role[],
): Promise<Account> {
  await customers.save({ ...person, version: 0 }).catch((error) => {
    // Another instance that starts now was faster.
    if (!isAppError(error, 'CONFLICT')) throw error
  })
  const account = {
    username: person.username,
    roles: ['customer'] as const,
    passwordHash: null,
    passwordVersion: 0,
  }
  await accounts.replaceRoles(account, roles)
  return account
}
