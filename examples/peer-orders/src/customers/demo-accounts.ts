import { eq } from 'drizzle-orm'
import type { Role } from '../access/roles.ts'
import { hashPassword, isPassword } from '../auth/passwords.ts'
import type { Db } from '../database/database.ts'
import { customers } from '../database/schema.ts'

/** The customer that the README orders for, and the admin who has the goods. */
const DEMO: readonly { username: string; name: string; email: string; roles: Role[] }[] = [
  { username: 'ada', name: 'Ada Lovelace', email: 'ada@example.com', roles: ['customer'] },
  { username: 'charles', name: 'Charles Babbage', email: 'charles@example.com', roles: ['admin'] },
]

/** Makes the demo users, with the password of the settings, even where they had another before. */
export async function addDemoAccounts(db: Db, password: string): Promise<void> {
  for (const person of DEMO) {
    await db.insert(customers).values(person).onConflictDoNothing()
    const its = eq(customers.username, person.username)
    const [account] = await db.select({ hash: customers.passwordHash }).from(customers).where(its)
    if (await isPassword(password, account?.hash)) continue
    await db
      .update(customers)
      .set({ passwordHash: await hashPassword(password) })
      .where(its)
  }
}
