import type { Role } from '../access/roles.ts'

/** A customer as one who signs in. */
export interface Account {
  readonly username: string
  readonly roles: readonly Role[]
  /** `null` where there is no password, such as for who signs in with a provider. */
  readonly passwordHash: string | null
  /**
   * How many passwords were set so far: it names the one that there is, tells nothing of it, and does not come back. Another
   * hash of the same password leaves it as it is, so who was let in by the one is not put out by the other.
   */
  readonly passwordVersion: number
}

/** An account, as it had one of its passwords. */
export type WithPassword = Pick<Account, 'username' | 'passwordVersion'>

/** Where the accounts are kept: in the rows of their customers. */
export interface Accounts {
  /** By username, or by e-mail address. */
  find(login: string): Promise<Account | undefined>
  /** By the blind index of an e-mail address. */
  findByIndex(emailIndex: string): Promise<Account | undefined>
  /** By username, for who changes them in a unit of work: until it is over nobody else does. */
  lock(usernames: readonly string[]): Promise<Account[]>
  /** Sets another password, by its hash; whether the account had the one before still. */
  replacePassword(account: WithPassword, next: string): Promise<boolean>
  /** Puts a hash in the place of another one of the same password, where that is there still. */
  renewHash(username: string, expected: string, next: string): Promise<void>
  /** Puts roles in the place of others; whether these were there still. */
  replaceRoles(account: Account, next: readonly Role[]): Promise<boolean>
}
