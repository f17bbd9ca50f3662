import { checkOptions } from '@base/core/options'
import { placeOf } from '../../place.js'
import { isOpaqueToken } from '../opaque/opaque-token.js'
import { checkServices, readAccessToken, type TokenServices } from './token-services.js'

/** Who asks, as your service has authenticated it. */
export interface RevokeTokenOptions {
  /** The client that asks: another client's token stays as it is. @defaultValue any */
  readonly clientId?: string | undefined
}

/**
 * Takes a token back (RFC 7009): an access token alone, a refresh token of any generation with its whole family
 * and that family's access tokens.
 *
 * A token that is unknown, malformed, over, or another client's is a success like any other, so the answer is always 200 and
 * tells nothing.
 *
 * @example
 * await revokeToken(token, { tokens, refresh }, { clientId: 'web' })
 *
 * @throws UnavailableError where keys or stores cannot be reached: whoever asked has to ask again (status 503);
 * InvalidOptionError for services or options that are none.
 * @see RFC 7009, section 2
 */
export async function revokeToken(
  token: string,
  services: TokenServices,
  options: RevokeTokenOptions = {},
): Promise<void> {
  const { clientId } = checkOptions(options, placeOf('revokeToken')('options'))
  const { tokens, refresh } = checkServices(services, 'revokeToken')
  if (isOpaqueToken(token)) {
    await refresh?.revoke(token, { clientId })
    return
  }
  const claims = await readAccessToken(token, tokens)
  if (claims === undefined || (clientId !== undefined && clientId !== claims.client_id)) return
  await tokens.revoke(claims)
}
