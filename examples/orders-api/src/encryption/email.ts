import type { ShopCipher } from './shop-cipher.ts'

/** The column of the addresses of customers, as the cipher names it: they are found by its blind index. */
export const emailColumn = { table: 'customers', column: 'email' } as const

/** An address in the row of its customer. */
export function emailPlace(username: string) {
  return { ...emailColumn, rowId: username }
}

/** An address as the database keeps it: encrypted for its row, and the index, the same for the same address and nothing else. */
export async function sealEmail(cipher: ShopCipher, username: string, address: string) {
  const [email, emailIndex] = await Promise.all([
    cipher.encrypt(address, emailPlace(username)),
    cipher.blindIndex(address, emailColumn),
  ])
  return { email, emailIndex }
}
