import { untilAborted } from '@base/core/abort'
import { UnavailableError } from '@base/core/errors'
import { ok, type Result } from '@base/core/result'
import type { Secret } from '@base/core/secret'
import type { AuthError } from '../../errors/auth-error.js'
import { refused } from '../../tokens/refused.js'
import { addressProblem, isLoopback } from '../../web-address.js'
import type { AskProvider, OidcClaims, OidcProviderSettings } from '../providers/provider-settings.js'
import { isSubject } from '../subject.js'
import type { Conversation } from './conversation.js'
import { askProvider, UnusableAnswer } from './provider-fetch.js'

/** Asks a provider without id tokens who the user is. */
export async function readProfile(
  { settings, metadata, signal }: Conversation,
  profile: NonNullable<OidcProviderSettings['profile']>,
  accessToken: Secret<string>,
): Promise<Result<OidcClaims, AuthError>> {
  const ask: AskProvider = async (address) => {
    const problem = addressProblem(address, isLoopback(metadata.issuer))
    if (problem !== undefined) throw new UnusableAnswer(`What was asked for is ${problem}.`)
    const headers = {
      accept: 'application/json',
      authorization: `Bearer ${accessToken.reveal()}`,
      // GitHub answers nobody without a name.
      'user-agent': '@base/auth',
    }
    const response = await askProvider(settings.rules, address, { headers }, signal)
    if (response.status !== 200) throw new UnusableAnswer(`It has the status ${response.status}.`)
    return response.json()
  }
  try {
    const claims = await untilAborted(Promise.resolve(profile(ask)), signal)
    if (isSubject(claims?.sub)) return ok(Object.freeze({ ...claims }))
    return refused('OAUTH_RESPONSE_INVALID', 'The profile has no sub.')
  } catch (cause) {
    if (cause instanceof UnavailableError || signal?.aborted) throw cause
    return refused('OAUTH_RESPONSE_INVALID', 'The profile of the user could not be read.', cause)
  }
}
