import type { OidcClient } from './oidc-client.js'
import type { OidcClientOptions } from './oidc-options.js'
import { readOptions } from './read-options.js'
import { RelyingParty } from './relying-party.js'

/**
 * Signs users in with Google, Microsoft, GitHub, Keycloak, Auth0, or any other provider of OpenID Connect: the authorization
 * code flow with PKCE.
 *
 * {@link OidcClient.begin} gives the address to send the browser to and a cookie for it; {@link OidcClient.complete} takes the
 * request that it comes back with and gives the user, once, and only to the browser that began. Checked are the state and the
 * cookie, which provider answers (`iss`, RFC 9207), the code verifier (S256 always), and of the id token form, algorithm,
 * signature, issuer, audience, times and nonce. A user is named by issuer and subject together.
 *
 * The provider has `timeout` for each answer, 256 KiB and no redirects; its metadata and keys are read when they are first
 * needed and shared by all who wait.
 *
 * Needs the package `oauth4webapi`. Not promised: that a provider which does not send `iss` cannot be mixed up with another, unless
 * each client has a `redirectUri` with a path of its own, as each should.
 *
 * @example
 * const client = createOidcClient({ ...google(), clientId: 'shop', clientSecret: 'secret' })
 *
 * // GET /sign-in
 * const { url, cookie } = await client.begin({ redirectUri: 'https://shop.example/callback', returnTo: '/orders' })
 * new Response(null, { status: 303, headers: { location: url, 'set-cookie': cookie } })
 *
 * // GET /callback
 * const request = new Request('https://shop.example/callback?code=…&state=…')
 * const result = await client.complete(request.url, client.readCookie(request.headers.get('cookie')))
 * if (result.ok) console.log(result.value.issuer, result.value.subject, result.value.returnTo)
 *
 * @throws InvalidOptionError naming the option.
 * @see OpenID Connect Core 1.0; RFC 6749, 7636, 9207, 9700
 */
export function createOidcClient(options: OidcClientOptions): OidcClient {
  return new RelyingParty(readOptions(options))
}
