import { eq } from 'drizzle-orm'
import type { Role } from '../access/roles.ts'
import { hashPassword, isPassword } from '../auth/passwords.ts'
import { KNOWN_PASSWORD } from '../config.ts'
import type { Db } from '../database/database.ts'
import { customers } from '../database/schema.ts'

/** The customer that the README orders for, and the admin who has the goods. */
const DEMO: readonly { username: string; name: string; email: string; roles: Role[] }[] = [
  { username: 'ada', name: 'Ada Lovelace', email: 'ada@example.com', roles: ['customer'] },
  { username: 'charles', name: 'Charles Babbage', email: 'charles@example.com', roles: ['admin'] },
]

/**
 * Makes the demo users, with the password of the settings. Those who are there keep what they have, but for the password that is
 * known to all, or none: they get the one of the settings.
 */
export async function addDemoAccounts(db: Db, password: string): Promise<void> {
  for (const person of DEMO) {
    await db.insert(customers).values(person).onConflictDoNothing()
    const its = eq(customers.username, person.username)
    const [account] = await db.select({ hash: customers.passwordHash }).from(customers).where(its)
    const hasOne = account?.hash != null
    if (hasOne && (password === KNOWN_PASSWORD || !(await isPassword(KNOWN_PASSWORD, account.hash)))) continue
    await db
      .update(customers)
      .set({ passwordHash: await hashPassword(password) })
      .where(its)
  }
}
