import { createHash } from 'node:crypto'
import { and, eq } from 'drizzle-orm'
import type { Db } from '../database/database.ts'
import { customers } from '../database/schema.ts'
import type { Limiter } from '../limits.ts'
import type { Audit } from './audit.ts'
import { unauthenticated } from './authenticate.ts'
import { networkOf } from './network-of.ts'
import { hashPassword, isOutdated, isPassword } from './passwords.ts'

/** What passwords are checked with. */
export interface PasswordServices {
  readonly db: Db
  readonly audit: Audit
  /** How often one name may be tried: from one network, and from wherever. */
  readonly perPair: Limiter
  readonly perLogin: Limiter
}

/**
 * Who does not exist, has no password or another one is the same, in the answer as in the work. A hash that was made at another
 * cost is made anew.
 */
export async function checkPassword(
  services: PasswordServices,
  { username, password }: { readonly username: string; readonly password: string },
  address: string,
) {
  const { db, audit, perPair } = services
  const [login, network] = [username.toLowerCase(), networkOf(address)]
  await chargeTyped(services, login, network)
  const [account] = await db
    .select({
      username: customers.username,
      roles: customers.roles,
      passwordHash: customers.passwordHash,
    })
    .from(customers)
    .where(username.includes('@') ? eq(customers.email, login) : eq(customers.username, username))
  const hash = account?.passwordHash
  const mayTry = await chargeAccount(services, account?.username ?? login, network)
  if ((await isPassword(password, mayTry ? hash : undefined)) && account !== undefined) {
    // Where it fails, it is made anew the next time.
    if (isOutdated(hash ?? '')) await renewHash(db, account, password).catch(() => {})
    // Nobody waits for it.
    for (const key of [typed(login), known(account.username)]) void perPair.reset(`${key} ${network}`)
    return account
  }
  // What was typed is not recorded: it may be a password in the wrong field.
  const target = account?.username ?? 'unknown'
  await audit.record({ action: 'sign-in', outcome: 'failure', target, reason: 'password' })
  throw unauthenticated('SIGN_IN_FAILED', 'Username or password is wrong.')
}

/** By what was typed. @throws 429 */
async function chargeTyped({ perPair, perLogin }: PasswordServices, login: string, network: string) {
  const message = 'Too many attempts to sign in.'
  await perPair.charge(`${typed(login)} ${network}`, message)
  await perLogin.charge(typed(login), message)
}

/** By the account, whichever of its names was typed: whether it has an attempt left. A 429 would tell whose names they are. */
async function chargeAccount({ perPair, perLogin }: PasswordServices, username: string, network: string) {
  const isOver = await perPair.consume(`${known(username)} ${network}`)
  return !isOver && !(await perLogin.consume(known(username)))
}

/** What was typed may be a password in the wrong field: it is kept nowhere. */
const typed = (login: string) => `login ${createHash('sha256').update(login).digest('base64url')}`
const known = (username: string) => `account ${createHash('sha256').update(username).digest('base64url')}`

/** Only where it still is that hash: the password may just have been changed. */
async function renewHash(
  db: Db,
  { username, passwordHash }: { readonly username: string; readonly passwordHash: string | null },
  password: string,
): Promise<void> {
  const isThatHash = and(eq(customers.username, username), eq(customers.passwordHash, passwordHash ?? ''))
  const renewed = { passwordHash: await hashPassword(password) }
  await db.update(customers).set(renewed).where(isThatHash)
}
