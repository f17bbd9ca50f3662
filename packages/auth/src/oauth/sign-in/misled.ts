import type { Err } from '@base/core/result'
import type { AuthError } from '../../errors/auth-error.js'
import { refused } from '../../tokens/refused.js'
import type { OidcSettings } from '../oidc-options.js'
import { isIssuerOf } from '../provider/expected-issuer.js'
import { clientName } from '../transactions/client-name.js'
import type { Transaction } from '../transactions/transaction.js'
import type { Callback } from './callback.js'

/**
 * Whether somebody has led the browser to the wrong place: a mix-up. Found before the code is sent anywhere, for whoever gets it
 * can use it.
 *
 * @see RFC 9207; RFC 9700, section 4.4
 */
export function misled(
  settings: OidcSettings,
  { path, parameters }: Callback,
  { client, redirectUri }: Transaction,
): Err<AuthError> | undefined {
  if (client !== clientName(settings))
    return refused('OAUTH_WRONG_ISSUER', 'The sign-in began with another provider or client.')
  // The path alone: what is before it may have been changed by a proxy.
  if (path !== new URL(redirectUri).pathname)
    return refused('OAUTH_CALLBACK_INVALID', 'The answer has come to another path than the redirectUri.')
  const issuers = parameters.getAll('iss')
  if (issuers.every((issuer) => isIssuerOf(settings, issuer))) return undefined
  return refused('OAUTH_WRONG_ISSUER', 'The answer is from another provider: its iss says so.')
}
