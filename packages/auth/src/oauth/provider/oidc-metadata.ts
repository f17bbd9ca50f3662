import { UnsupportedError } from '@base/core/errors'
import { addressProblem, isLoopback } from '../../web-address.js'

/** What a provider says of itself, as far as a sign-in needs it; by the names of RFC 8414 and OpenID Connect Discovery. */
export interface OidcMetadata {
  /** Who the provider is, compared character by character. */
  readonly issuer: string
  /** Where the browser is sent. */
  readonly authorization_endpoint: string
  /** Where codes are exchanged. */
  readonly token_endpoint: string
  /** Where its keys are. A provider that signs no id tokens has none. */
  readonly jwks_uri?: string | undefined
  /** Where more is said of a user. */
  readonly userinfo_endpoint?: string | undefined
  /** Where tokens are given back. */
  readonly revocation_endpoint?: string | undefined
  /** Where the browser is sent to sign out. */
  readonly end_session_endpoint?: string | undefined
  /** Whether each answer says who it is from, by `iss`. RFC 9207. */
  readonly authorization_response_iss_parameter_supported?: boolean | undefined
  /** How it signs id tokens. @defaultValue any algorithm that you allow */
  readonly id_token_signing_alg_values_supported?: readonly string[] | undefined
  /** How clients may authenticate. @defaultValue `['client_secret_basic']` */
  readonly token_endpoint_auth_methods_supported?: readonly string[] | undefined
  /** How it takes code challenges. @defaultValue by S256 */
  readonly code_challenge_methods_supported?: readonly string[] | undefined
}

const NEEDED = ['authorization_endpoint', 'token_endpoint'] as const
const OPTIONAL = ['jwks_uri', 'userinfo_endpoint', 'revocation_endpoint', 'end_session_endpoint'] as const
const LISTS = [
  'id_token_signing_alg_values_supported',
  'token_endpoint_auth_methods_supported',
  'code_challenge_methods_supported',
] as const

type Unchecked = { readonly [Name in keyof OidcMetadata]?: unknown }

/**
 * What is wrong with a provider's metadata; `undefined` for nothing. Each address that secrets are sent to, or that a browser is,
 * must be https; a provider on this very machine may have such addresses there.
 */
export function metadataProblem(metadata: Unchecked, needsKeys: boolean): string | undefined {
  const { issuer } = metadata
  if (typeof issuer !== 'string' || issuer === '') return 'its issuer is no text'
  const mayLoop = isLoopback(issuer)
  const needed: readonly string[] = needsKeys ? [...NEEDED, 'jwks_uri'] : NEEDED
  for (const name of [...NEEDED, ...OPTIONAL]) {
    const address = metadata[name]
    if (address === undefined && !needed.includes(name)) continue
    const problem = addressProblem(address, mayLoop)
    if (problem !== undefined) return `its ${name} is ${problem}`
  }
  for (const name of LISTS) {
    const list = metadata[name]
    if (list !== undefined && !isTexts(list)) return `its ${name} is no list of texts`
  }
  const challenges = metadata.code_challenge_methods_supported as readonly string[] | undefined
  return challenges?.includes('S256') === false ? 'it does not take code challenges by S256' : undefined
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

/** An address that a provider may be without. @throws UnsupportedError where it is. */
export function neededAddress(
  metadata: OidcMetadata,
  name: 'userinfo_endpoint' | 'revocation_endpoint' | 'end_session_endpoint',
): string {
  const address = metadata[name]
  if (address !== undefined) return address
  throw new UnsupportedError({ message: `The provider ${metadata.issuer} has no ${name}.` })
}
