import { untilAborted } from '@base/core/abort'
import { ok, type Result } from '@base/core/result'
import type { TokenEndpointResponse } from 'oauth4webapi'
import type { AuthError } from '../../errors/auth-error.js'
import { parseStrictObject } from '../../tokens/jws/strict-json.js'
import { refused } from '../../tokens/refused.js'
import type { OidcClaims } from '../providers/provider-settings.js'
import { providerError, refusalOf } from '../refusals.js'
import type { RelyingParts } from '../relying-parts.js'
import type { Conversation } from './conversation.js'

/** What came of a request to the token endpoint. */
export interface TokenAnswer {
  readonly tokens: TokenEndpointResponse
  /** The claims of the id token, where there is one. */
  readonly claims: OidcClaims | undefined
}

/** How an answer is judged. */
export interface TokenJudging extends RelyingParts {
  readonly signal: AbortSignal | undefined
}

/** The library's part: whether there must be an id token, what its claims and the rest of the answer must be. */
type Process = (server: Conversation['server'], answer: Response) => Promise<TokenEndpointResponse>

/** Judges the answer of a token endpoint: its form, the id token's signature, then what both say. */
export async function judgeTokens(
  { server, metadata }: Conversation,
  answer: Response,
  judging: TokenJudging,
  process: Process,
): Promise<Result<TokenAnswer, AuthError>> {
  const { idTokens, signal } = judging
  const body = await bodyOf(answer)
  // GitHub says so with the status 200.
  if (typeof body?.['error'] === 'string') return providerError(body['error'])
  try {
    if (answer.status !== 200) return ok({ tokens: await process(server, answer), claims: undefined })
    if (body === undefined)
      return refused('OAUTH_RESPONSE_INVALID', 'It is no JSON object, or has a name twice.')
    const token = body['id_token']
    if (token === undefined) return ok({ tokens: await process(server, answer), claims: undefined })
    const claims = await untilAborted(idTokens.read(token, metadata.jwks_uri), signal)
    if (!claims.ok) return claims
    // For many tenants it is that of one of them, and was found to be right.
    const issuer = claims.value['iss'] as string
    return ok({ tokens: await process({ ...server, issuer }, answer), claims: claims.value })
  } catch (error) {
    return refusalOf(error, signal)
  }
}

async function bodyOf(answer: Response): Promise<Readonly<Record<string, unknown>> | undefined> {
  return parseStrictObject(new Uint8Array(await answer.clone().arrayBuffer()))
}
