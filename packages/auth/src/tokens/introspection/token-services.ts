import { UnavailableError } from '@base/core/errors'
import { checkMethods, checkOptions } from '@base/core/options'
import { placeOf } from '../../place.js'
import type { AccessClaims } from '../claims.js'
import type { RefreshService } from '../refresh/refresh-service.js'
import type { TokenService } from '../service/token-service.js'

/** Who knows the tokens. */
export interface TokenServices {
  /** Knows access tokens: what `createTokenService` gives. */
  readonly tokens: Pick<TokenService, 'verifyAccess' | 'revoke'>
  /** Knows refresh tokens: what `createRefreshService` gives. @defaultValue there are none */
  readonly refresh?: Pick<RefreshService, 'inspect' | 'revoke'> | undefined
}

/** The services, if they are such: also those that the token at hand needs no answer of. @throws InvalidOptionError */
export function checkServices(services: TokenServices, pattern: string): TokenServices {
  const place = placeOf(pattern)
  const { tokens, refresh } = checkOptions(services, place('services'))
  checkMethods(tokens, ['verifyAccess', 'revoke'], place('services.tokens'))
  if (refresh !== undefined) checkMethods(refresh, ['inspect', 'revoke'], place('services.refresh'))
  return services
}

/** The claims of an access token that is good, `undefined` for any other. @throws UnavailableError where nobody can say. */
export async function readAccessToken(
  token: string,
  tokens: TokenServices['tokens'],
): Promise<AccessClaims | undefined> {
  const result = await tokens.verifyAccess(token)
  if (result.ok) return result.value
  const { code } = result.error
  if (code !== 'KEYS_UNAVAILABLE' && code !== 'REVOCATIONS_UNAVAILABLE') return undefined
  throw new UnavailableError({ message: 'Nobody can say whether the token is good.', cause: result.error })
}
