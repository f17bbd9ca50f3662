import { ImportedKey } from '../../tokens/keys/imported-key.js'
import type { VerificationKey } from '../../tokens/keys/key-source.js'
import type { OidcSettings } from '../oidc-options.js'

const HOLE = '{tenantid}'
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The tenant of all personal accounts of Microsoft. */
export const CONSUMERS = '9188040d-6c67-4c5b-b112-36a304b66dad'

type Names = Pick<OidcSettings, 'issuer' | 'issuerTemplate'>

/** The issuer that a token must name: the provider's, or for many tenants that of the token's own; `undefined` where it has none. */
export function expectedIssuer({ issuer, issuerTemplate }: Names, tenant: unknown): string | undefined {
  if (issuerTemplate === undefined) return issuer
  return isAdmitted(tenant, issuer) ? issuerTemplate.replace(HOLE, tenant) : undefined
}

/** Whether an issuer is one that the provider may speak for. */
export function isIssuerOf({ issuer, issuerTemplate }: Names, name: unknown): name is string {
  if (issuerTemplate === undefined) return name === issuer
  if (typeof name !== 'string') return false
  const [before = '', after = ''] = issuerTemplate.split(HOLE)
  const tenant = name.slice(before.length, name.length - after.length)
  return isAdmitted(tenant, issuer) && name === before + tenant + after
}

/**
 * Whether a key of a set for many tenants may sign for this issuer: each may say for whom it does. Otherwise one for personal
 * accounts, or of a small cloud beside, would open every tenant.
 *
 * @see Microsoft identity platform, "Validate the signing key issuer"; CSRB, "Review of the Summer 2023 Microsoft Exchange Online
 * Intrusion" (Storm-0558)
 */
export function mayKeySign(key: VerificationKey, issuer: string, tenant: unknown): boolean {
  const owner = key instanceof ImportedKey ? key.issuer : undefined
  if (owner === undefined) return true
  return typeof owner === 'string' && owner.replace(HOLE, String(tenant)) === issuer
}

/** Whoever changes the address that the browser is sent to must not come in by an account that was not let in. */
function isAdmitted(tenant: unknown, issuer: string): tenant is string {
  return isTenant(tenant) && !(tenant === CONSUMERS && issuer.endsWith('/organizations/v2.0'))
}

/** Whether it is the id of a tenant. */
export function isTenant(id: unknown): id is string {
  return typeof id === 'string' && GUID.test(id)
}
