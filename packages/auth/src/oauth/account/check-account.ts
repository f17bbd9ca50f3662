import { checkText, invalidOption } from '@base/core/options'
import { placeOf } from '../../place.js'
import type { OidcAccount } from '../oidc-client.js'
import type { OidcSettings } from '../oidc-options.js'
import { isIssuerOf } from '../provider/expected-issuer.js'

/** An account, if it is one of this client's provider: tokens of another may not be sent there. @throws InvalidOptionError */
export function checkAccount(settings: OidcSettings, account: unknown, pattern: string): OidcAccount {
  const { issuer, subject } = (account ?? {}) as { issuer?: unknown; subject?: unknown }
  const place = placeOf(pattern)
  if (!isIssuerOf(settings, issuer))
    throw invalidOption(issuer, place('account.issuer'), "the provider's of this client")
  return { issuer, subject: checkText(subject, place('account.subject')) }
}
