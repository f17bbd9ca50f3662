import type { Executor } from '@base/drizzle/repository'
import { and, eq, isNull } from 'drizzle-orm'
import { sealEmail } from '../encryption/email.ts'
import type { ShopCipher } from '../encryption/shop-cipher.ts'
import { customerTable } from './customer-table.ts'

const BATCH = 500

/** Encrypts the addresses of a shop that kept them as they were; it may be killed at any time, and started again. */
export async function encryptEmails(db: Executor, cipher: ShopCipher): Promise<void> {
  const { username, email, emailIndex } = customerTable
  for (;;) {
    const rows = await db
      .select({ username, email })
      .from(customerTable)
      .where(isNull(emailIndex))
      .limit(BATCH)
    if (rows.length === 0) return
    for (const row of rows) {
      const sealed = await sealEmail(cipher, row.username, row.email.toLowerCase())
      await db
        .update(customerTable)
        .set(sealed)
        .where(and(eq(username, row.username), isNull(emailIndex)))
    }
  }
}
