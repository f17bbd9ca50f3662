import { principal } from '@base/core/context'
import { ConflictError, ForbiddenError, NotFoundError } from '@base/core/errors'
import type { Role } from '../access/roles.ts'
import type { Auth } from '../auth/auth.ts'
import type { Account } from './account.ts'

/**
 * Gives somebody these roles and no others, at once: access tokens that say otherwise are refused from then on, and renewed
 * by their refresh tokens. Nobody changes their own, so there is always an admin left.
 *
 * @throws NotFoundError; ForbiddenError for who is signed in; ConflictError where somebody else has just changed them.
 */
export async function changeRoles(
  { accounts, tokens, audit }: Auth,
  username: string,
  next: readonly Role[],
): Promise<Account> {
  if (principal.require().id === username)
    throw new ForbiddenError({ message: 'Nobody changes their own roles.' })
  const account = await accounts.find(username)
  if (account === undefined) throw noAccount(username)
  const roles = [...new Set(next)]
  if (!(await accounts.replaceRoles(account, roles)))
    throw new ConflictError({ message: 'Somebody else has just changed these roles.' })
  await tokens.revokeAll(username)
  await audit.record({
    action: 'account.change-roles',
    target: { type: 'account', id: username },
    before: { roles: account.roles },
    after: { roles },
  })
  return { ...account, roles }
}

/** The error where a path names nobody. */
export function noAccount(username: string): NotFoundError {
  return new NotFoundError({ message: `No customer ${username}.` })
}
