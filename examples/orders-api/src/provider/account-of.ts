import type { OidcClaims, OidcClient, OidcIdentity } from '@base/auth/oauth'
import { ConflictError, ForbiddenError, isAppError } from '@base/core/errors'
import { uuidv7 } from '@base/core/id'
import { unwrap } from '@base/core/result'
import { Email } from '@base/domain/value-object'
import type { Stores } from '../stores.ts'

/**
 * The account of who has signed in with the provider; a new one at the first time. An account that there is already is never
 * taken over by an address alone, for a provider may be wrong about it.
 *
 * @throws ForbiddenError `ADDRESS_UNVERIFIED` where the provider does not vouch for an address; ConflictError `EMAIL_TAKEN`.
 */
export async function accountOf(
  { providerAccounts, unitOfWork }: Pick<Stores, 'providerAccounts' | 'unitOfWork'>,
  provider: OidcClient,
  identity: OidcIdentity,
): Promise<string> {
  const known = await providerAccounts.find(identity)
  if (known !== undefined) return known
  const { email, email_verified, name } = await claimsOf(provider, identity)
  const address = Email.parse(typeof email === 'string' ? email : '')
  if (email_verified !== true || !address.ok)
    throw new ForbiddenError({
      code: 'ADDRESS_UNVERIFIED',
      message: 'The provider does not know your address.',
    })
  const username = `c-${uuidv7()}`
  const customer = { username, name: nameOf(name) ?? 'Customer', email: address.value.value, version: 0 }
  await unitOfWork
    .run(async (tx) => {
      await tx.customers.save(customer)
      await tx.providerAccounts.add(identity, username)
    })
    .catch((error) => {
      throw isAppError(error, 'CONFLICT') ? addressTaken() : error
    })
  return username
}

/** Many providers keep the address out of the id token, and tell it who asks with the access token. */
async function claimsOf(
  provider: OidcClient,
  { claims, tokens, ...account }: OidcIdentity,
): Promise<OidcClaims> {
  if (claims['email'] !== undefined) return claims
  return unwrap(await provider.userInfo(tokens.accessToken, account))
}

/** A name as the database can keep it. */
function nameOf(claim: unknown): string | undefined {
  const name = typeof claim === 'string' ? claim.replaceAll('\0', '').toWellFormed().slice(0, 100).trim() : ''
  return name === '' ? undefined : name
}

function addressTaken(): ConflictError {
  const message = 'This address has an account: sign in with its password.'
  return new ConflictError({ code: 'EMAIL_TAKEN', message })
}
