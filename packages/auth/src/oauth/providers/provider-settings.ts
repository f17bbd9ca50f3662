import type { OidcMetadata } from '../provider/oidc-metadata.js'

/** How a client proves at the provider that it is the client. */
export type ClientAuthentication = 'client_secret_basic' | 'client_secret_post' | 'none'

/** The claims of a user. `sub` is checked; what the others are is for you to check. */
export interface OidcClaims {
  /** The provider's name for the user, unique there and never given to another. */
  readonly sub: string
  /** Whatever else the provider says. */
  readonly [claim: string]: unknown
}

/** Asks an address of the provider's API with the user's access token, within the client's limits; gives the JSON. */
export type AskProvider = (address: string) => Promise<unknown>

/** What sets a provider apart; spread it into the options of `createOidcClient`. */
export interface OidcProviderSettings {
  /** Who the provider is: an https URL, whose metadata are looked up. Compared character by character. */
  readonly issuer?: string | undefined
  /** What the provider is like, where it does not say so itself. */
  readonly metadata?: OidcMetadata | undefined
  /**
   * The issuer in metadata and id tokens of a provider that has one for each tenant: `{tenantid}` in it stands for the claim
   * `tid`.
   * @defaultValue the issuer
   */
  readonly issuerTemplate?: string | undefined
  /** What is asked for, with spaces between. @defaultValue 'openid' */
  readonly scope?: string | undefined
  /** How the client proves who it is. @defaultValue by the metadata, `client_secret_basic` first; without a secret `none` */
  readonly clientAuthentication?: ClientAuthentication | undefined
  /**
   * More parameters for the address that the browser is sent to. `max_age` is none of them: give `maxAge` to `begin`, which checks
   * it.
   * @defaultValue none
   */
  readonly authorizationParameters?: Readonly<Record<string, string>> | undefined
  /**
   * For a provider of plain OAuth 2, which signs no id token: asks its API who the user is. `sub` must be a name that is never
   * given to another user.
   * @defaultValue none: an id token is needed
   */
  readonly profile?: ((ask: AskProvider) => Promise<OidcClaims>) | undefined
}
