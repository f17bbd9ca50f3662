import { checkOptions, checkText, invalidOption } from '@base/core/options'
import { placeOf } from '../../place.js'
import { CONSUMERS, isTenant } from '../provider/expected-issuer.js'
import type { OidcProviderSettings } from './provider-settings.js'

/** Options of {@link microsoft}. */
export interface MicrosoftOptions {
  /**
   * Who may sign in: the id of one tenant, a GUID; or all of `organizations`, of `consumers`, or of both, which is `common`.
   * @defaultValue 'common'
   */
  readonly tenant?: string | undefined
}

const HOST = 'https://login.microsoftonline.com'

/**
 * Sign-in with Microsoft Entra ID, work accounts and personal ones.
 *
 * For many tenants each has an issuer of its own, which is in the identity: `common` lets everybody in who has any account, also
 * one in a tenant that they have made themselves. An `email` of Microsoft is what a tenant's administrator wrote there, and
 * proves nothing.
 *
 * @example
 * const client = createOidcClient({ ...microsoft({ tenant: 'organizations' }), clientId: 'shop', clientSecret: 'secret' })
 *
 * @throws InvalidOptionError for another tenant. A domain is none, for its issuer has its GUID.
 */
export function microsoft(
  options: MicrosoftOptions = {},
): OidcProviderSettings & { readonly issuer: string } {
  const place = placeOf('microsoft')
  // Only where it is left out: null, of a setting that is missing, would let everybody in.
  const { tenant: given = 'common' } = checkOptions(options, place('options'))
  const tenant = checkText(given, place('tenant')).toLowerCase()
  const settings = { scope: 'openid email profile', clientAuthentication: 'client_secret_post' } as const
  if (tenant === 'common' || tenant === 'organizations')
    return { issuer: `${HOST}/${tenant}/v2.0`, issuerTemplate: `${HOST}/{tenantid}/v2.0`, ...settings }
  if (tenant !== 'consumers' && !isTenant(tenant))
    throw invalidOption(tenant, place('tenant'), "a GUID, or one of 'common', 'organizations', 'consumers'")
  return { issuer: `${HOST}/${tenant === 'consumers' ? CONSUMERS : tenant}/v2.0`, ...settings }
}
