import { createOidcClient, generic, type OAuthTransactionStore, type OidcClient } from '@base/auth/oauth'
import type { Clock } from '@base/core/clock'
import type { Config } from '../config.ts'

/** A client of the provider that the settings name; `undefined` where they name none. */
export function openProvider(
  { oidcIssuer, oidcClientId, oidcClientSecret }: Config,
  transactions: OAuthTransactionStore,
  clock: Clock,
): OidcClient | undefined {
  if (oidcIssuer === undefined || oidcClientId === undefined) return undefined
  return createOidcClient({
    ...generic({ issuer: oidcIssuer }),
    clientId: oidcClientId,
    clientSecret: oidcClientSecret,
    transactions,
    clock,
  })
}
