import type { OidcAccount } from '@base/auth/oauth'
import { withFailures } from '@base/drizzle/failures'
import type { Executor } from '@base/drizzle/repository'
import { and, eq } from 'drizzle-orm'
import { pgTable, text } from 'drizzle-orm/pg-core'

/** Which account of ours belongs to which of a provider: by issuer and subject, for an e-mail address is no name. */
const providerAccountTable = pgTable('provider_accounts', {
  issuer: text().notNull(),
  subject: text().notNull(),
  username: text().notNull(),
})

/** Where that is kept. */
export interface ProviderAccounts {
  find(account: OidcAccount): Promise<string | undefined>
  add(account: OidcAccount, username: string): Promise<void>
}

export function providerAccountsOn(executor: Executor): ProviderAccounts {
  const { issuer, subject, username } = providerAccountTable
  return {
    find: async (account) => {
      const [found] = await withFailures(() =>
        executor
          .select({ username })
          .from(providerAccountTable)
          .where(and(eq(issuer, account.issuer), eq(subject, account.subject))),
      )
      return found?.username
    },
    add: async ({ issuer, subject }, username) => {
      await withFailures(() => executor.insert(providerAccountTable).values({ issuer, subject, username }))
    },
  }
}
