import type { Role } from '../access/roles.ts'

/** A customer as one who signs in. */
export interface Account {
  readonly username: string
  readonly roles: readonly Role[]
  /** `null` where there is no password, such as for who signs in with a provider. */
  readonly passwordHash: string | null
}

/** Where the accounts are kept: in the rows of their customers. */
export interface Accounts {
  /** By username, or by e-mail address. */
  find(login: string): Promise<Account | undefined>
  /** By the blind index of an e-mail address. */
  findByIndex(emailIndex: string): Promise<Account | undefined>
  /** Puts a hash in the place of another; whether that was there still. */
  replacePassword(username: string, expected: string | null, next: string): Promise<boolean>
  /** Puts roles in the place of others; whether these were there still. */
  replaceRoles(account: Account, next: readonly Role[]): Promise<boolean>
}
