import { principal } from '@base/core/context'
import { ForbiddenError, NotFoundError } from '@base/core/errors'
import type { Role } from '../access/roles.ts'
import { shopRules } from '../access/shop-rules.ts'
import type { Auth } from '../auth/auth.ts'
import type { Stores } from '../stores.ts'

/**
 * Gives somebody these roles and no others, at once: access tokens that say otherwise are refused from then on, and renewed
 * by their refresh tokens. Nobody changes their own, and only who is an admin when it is done changes any, so there is always
 * an admin left.
 *
 * @throws NotFoundError; ForbiddenError for who is signed in, and for who is no admin any more.
 */
export async function changeRoles(
  { tokens, audit }: Pick<Auth, 'tokens' | 'audit'>,
  { unitOfWork }: Pick<Stores, 'unitOfWork'>,
  username: string,
  roles: readonly Role[],
): Promise<void> {
  const { id } = principal.require()
  if (id === username) throw new ForbiddenError({ message: 'Nobody changes their own roles.' })
  const before = await unitOfWork.run(async ({ accounts }) => {
    // Also who asks: of two admins who take each other the role, the second is none any more.
    const locked = new Map((await accounts.lock([id, username])).map((each) => [each.username, each]))
    const caller = { id, roles: locked.get(id)?.roles ?? [] }
    shopRules.authorize({ principal: caller, action: 'account:change-roles' })
    const account = locked.get(username)
    if (account === undefined) throw noAccount(username)
    await accounts.replaceRoles(account, roles)
    return account.roles
  })
  await tokens.revokeAll(username)
  await audit.record({
    action: 'account.change-roles',
    target: { type: 'account', id: username },
    before: { roles: before },
    after: { roles },
  })
}

/** The error where a path names nobody. */
export function noAccount(username: string): NotFoundError {
  return new NotFoundError({ message: `No customer ${username}.` })
}
