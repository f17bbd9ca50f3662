import type { AuthorizationServer, Client, ClientAuth } from 'oauth4webapi'
import { needsPackage } from '../../passwords/kdf/load-peer.js'
import { isLoopback } from '../../web-address.js'
import type { OidcSettings } from '../oidc-options.js'
import type { IdTokens } from './id-tokens.js'
import type { OidcMetadata } from './oidc-metadata.js'
import { askProvider } from './provider-fetch.js'

/** What every call of a client works with. */
export interface RelyingParts {
  readonly settings: OidcSettings
  readonly idTokens: IdTokens
}

type Library = typeof import('oauth4webapi')

/** All that a call needs to ask a provider. */
export interface Conversation extends RelyingParts {
  readonly signal: AbortSignal | undefined
  readonly oauth: Library
  readonly metadata: OidcMetadata
  /** The provider, in the library's words. */
  readonly server: AuthorizationServer
  readonly client: Client
  readonly authentication: ClientAuth
  readonly http: object
}

/** Starts to talk with the provider: with what it is like now, and within the client's limits. */
export async function converse(parts: RelyingParts, signal: AbortSignal | undefined): Promise<Conversation> {
  const { settings } = parts
  const [oauth, metadata] = await Promise.all([loadLibrary(), settings.source.get(signal)])
  return {
    ...parts,
    signal,
    oauth,
    metadata,
    server: serverOf(metadata, settings),
    client: clientOf(oauth, settings),
    authentication: authenticationOf(oauth, metadata, settings),
    http: {
      [oauth.customFetch]: (address: string, init: RequestInit) =>
        askProvider(settings.rules, address, init, signal),
      // Each address was checked with the metadata: plain http is there on this machine alone.
      [oauth.allowInsecureRequests]: isLoopback(metadata.issuer),
    },
  }
}

/** The library, as it is first needed. @throws UnsupportedError naming the command that installs it. */
function loadLibrary(): Promise<Library> {
  return import('oauth4webapi').catch(needsPackage('createOidcClient', 'oauth4webapi'))
}

function serverOf(metadata: OidcMetadata, { algorithms }: OidcSettings): AuthorizationServer {
  const offered = metadata.id_token_signing_alg_values_supported
  const names = algorithms.flatMap((name) => (name === 'EdDSA' ? ['EdDSA', 'Ed25519'] : [name]))
  const allowed = offered === undefined ? names : names.filter((name) => offered.includes(name))
  return { ...(metadata as unknown as AuthorizationServer), id_token_signing_alg_values_supported: allowed }
}

function clientOf(oauth: Library, { clientId, clockSkew, rules }: OidcSettings): Client {
  return {
    client_id: clientId,
    // The library reads the system's clock; this is how far ours is from it, in seconds.
    [oauth.clockSkew]: Math.round((rules.clock.now() - Date.now()) / 1_000),
    // It counts in whole seconds: times were checked to the millisecond before, and it must not refuse what that let pass.
    [oauth.clockTolerance]: clockSkew / 1_000 + 2,
  }
}

function authenticationOf(oauth: Library, metadata: OidcMetadata, settings: OidcSettings): ClientAuth {
  const { clientSecret, clientAuthentication } = settings
  if (clientSecret === undefined || clientAuthentication === 'none') return oauth.None()
  const offered = metadata.token_endpoint_auth_methods_supported ?? []
  const isPostAlone = offered.includes('client_secret_post') && !offered.includes('client_secret_basic')
  const method = clientAuthentication ?? (isPostAlone ? 'client_secret_post' : 'client_secret_basic')
  return method === 'client_secret_post'
    ? oauth.ClientSecretPost(clientSecret())
    : oauth.ClientSecretBasic(clientSecret())
}
