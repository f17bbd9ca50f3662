import { checkOptions, invalidOption } from '@base/core/options'
import { placeOf } from '../../place.js'
import { checkAddress } from '../../web-address.js'
import { checkTexts } from '../check-texts.js'
import { type AlgorithmName, checkAlgorithm } from '../keys/algorithm.js'

/** What an issuer offers, for {@link openidConfiguration}. What is left out is not offered. */
export interface OpenidConfigurationOptions {
  /** The `iss` of its tokens: an https URL without query and fragment. */
  readonly issuer: string
  /** Where its keys are. @defaultValue the issuer with `/.well-known/jwks.json` */
  readonly jwksUri?: string | undefined
  /** Where users sign in, by the code flow with PKCE. Without it the document offers no flow. */
  readonly authorizationEndpoint?: string | undefined
  /** Where clients get tokens. */
  readonly tokenEndpoint?: string | undefined
  /** Where tokens are taken back. RFC 7009. */
  readonly revocationEndpoint?: string | undefined
  /** Where tokens are looked up. RFC 7662. */
  readonly introspectionEndpoint?: string | undefined
  /** Where claims of the user are. */
  readonly userinfoEndpoint?: string | undefined
  /** Where users sign out. */
  readonly endSessionEndpoint?: string | undefined
  /** The scopes that there are. */
  readonly scopes?: readonly string[] | undefined
  /**
   * How clients get tokens.
   * @defaultValue ['authorization_code', 'refresh_token'] with an `authorizationEndpoint`, else none
   */
  readonly grantTypes?: readonly string[] | undefined
  /** How id tokens are signed. @defaultValue ['ES256'] */
  readonly algorithms?: readonly AlgorithmName[] | undefined
  /** Members of your own, which come last. */
  readonly extra?: Readonly<Record<string, unknown>> | undefined
}

/** A discovery document, as JSON. */
export interface OpenidConfiguration {
  /** The issuer, as it is in the `iss` of tokens. */
  readonly issuer: string
  /** Where its keys are. */
  readonly jwks_uri: string
  /** What the sign-in may answer with: `code`, or nothing where there is none to ask. */
  readonly response_types_supported: readonly string[]
  /** Whether all clients see the same `sub`. */
  readonly subject_types_supported: readonly string[]
  /** How id tokens are signed. */
  readonly id_token_signing_alg_values_supported: readonly string[]
  /** How clients get tokens. An empty list, for a document without one means the code flow and the implicit one. */
  readonly grant_types_supported: readonly string[]
  /** How PKCE is done: S256 alone. Absent without a sign-in. */
  readonly code_challenge_methods_supported?: readonly string[]
  /** Any other member. */
  readonly [member: string]: unknown
}

const place = /* @__PURE__ */ placeOf('openidConfiguration')

const CODE_FLOW = ['authorization_code', 'refresh_token']

const ENDPOINTS = {
  authorizationEndpoint: 'authorization_endpoint',
  tokenEndpoint: 'token_endpoint',
  revocationEndpoint: 'revocation_endpoint',
  introspectionEndpoint: 'introspection_endpoint',
  userinfoEndpoint: 'userinfo_endpoint',
  endSessionEndpoint: 'end_session_endpoint',
} as const

/**
 * The discovery document of an issuer, to be served as JSON at `/.well-known/openid-configuration` under the issuer's URL. It
 * offers the code flow if there is an `authorizationEndpoint`; one that only says where the keys are offers none.
 *
 * @example
 * openidConfiguration({ issuer: 'https://login.example.com' }).jwks_uri
 * // 'https://login.example.com/.well-known/jwks.json'
 *
 * @throws InvalidOptionError for a URL that is not https (http is for this machine alone) or has credentials, or a wrong option.
 * @see OpenID Connect Discovery 1.0, section 3; RFC 8414
 */
export function openidConfiguration(options: OpenidConfigurationOptions): OpenidConfiguration {
  const issuer = checkAddress(options?.issuer, place('issuer'))
  if (/[?#]/.test(issuer)) throw invalidOption(issuer, place('issuer'), 'without query and fragment')
  const { jwksUri = `${issuer.replace(/\/$/, '')}/.well-known/jwks.json`, algorithms = ['ES256'] } = options
  const hasCodeFlow = options.authorizationEndpoint !== undefined
  const { grantTypes = hasCodeFlow ? CODE_FLOW : [], scopes, extra } = options
  return {
    issuer,
    jwks_uri: checkAddress(jwksUri, place('jwksUri')),
    ...endpointsOf(options),
    ...scopesOf(scopes),
    response_types_supported: hasCodeFlow ? ['code'] : [],
    grant_types_supported: checkTexts(grantTypes, place('grantTypes')),
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: checkTexts(algorithms, place('algorithms')).map((name) =>
      checkAlgorithm(name, place('algorithms')),
    ),
    ...(hasCodeFlow && { code_challenge_methods_supported: ['S256'] }),
    ...(extra !== undefined && checkOptions(extra, place('extra'))),
  }
}

/** No list of nothing. @see RFC 8414, section 3.2 */
function scopesOf(scopes: readonly string[] | undefined): { readonly scopes_supported?: readonly string[] } {
  const names = scopes === undefined ? [] : checkTexts(scopes, place('scopes'))
  return names.length === 0 ? {} : { scopes_supported: names }
}

function endpointsOf(options: OpenidConfigurationOptions): Record<string, string> {
  const entries = Object.entries(ENDPOINTS).flatMap(([option, member]) => {
    const url = options[option as keyof typeof ENDPOINTS]
    return url === undefined ? [] : [[member, checkAddress(url, place(option))]]
  })
  return Object.fromEntries(entries) as Record<string, string>
}
