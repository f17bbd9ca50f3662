import { withFailures } from '@base/drizzle/failures'
import type { Executor } from '@base/drizzle/repository'
import { and, eq, inArray, type SQL } from 'drizzle-orm'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import type { Role } from '../access/roles.ts'
import { emailColumn } from '../encryption/email.ts'
import type { ShopCipher } from '../encryption/shop-cipher.ts'
import type { Account, Accounts } from './account.ts'

/** What the rows of customers hold for signing in. */
const accountTable = pgTable('customers', {
  username: text().primaryKey(),
  emailIndex: text('email_index').notNull(),
  passwordHash: text('password_hash'),
  passwordVersion: integer('password_version').notNull(),
  roles: text('roles').array().$type<readonly Role[]>().notNull(),
})

/** The accounts of a database, or of a unit of work. */
export function accountsOn(executor: Executor, cipher: ShopCipher): Accounts {
  const { username, emailIndex, passwordHash, passwordVersion, roles } = accountTable
  const select = (condition: SQL) =>
    executor.select({ username, passwordHash, passwordVersion, roles }).from(accountTable).where(condition)
  async function findBy(condition: SQL): Promise<Account | undefined> {
    const [account] = await withFailures(() => select(condition))
    return account
  }
  async function update(change: Partial<Account>, condition: SQL | undefined): Promise<boolean> {
    const changed = await withFailures(() =>
      executor.update(accountTable).set(change).where(condition).returning({ username }),
    )
    return changed.length > 0
  }
  return {
    find: async (login) =>
      login.includes('@')
        ? findBy(inArray(emailIndex, await cipher.blindIndexes(login.toLowerCase(), emailColumn)))
        : findBy(eq(username, login)),
    findByIndex: (index) => findBy(eq(emailIndex, index)),
    // In one order, so that no two units wait for each other.
    lock: (names) => withFailures(() => select(inArray(username, names)).orderBy(username).for('update')),
    replacePassword: (account, next) =>
      update(
        { passwordHash: next, passwordVersion: account.passwordVersion + 1 },
        and(eq(username, account.username), eq(passwordVersion, account.passwordVersion)),
      ),
    renewHash: async (name, expected, next) =>
      void (await update({ passwordHash: next }, and(eq(username, name), eq(passwordHash, expected)))),
    replaceRoles: (account, next) =>
      update({ roles: next }, and(eq(username, account.username), eq(roles, account.roles))),
  }
}
