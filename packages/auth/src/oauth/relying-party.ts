import { diagnosticsChannel } from '@base/core/diagnostics'
import { checkText, invalidOption } from '@base/core/options'
import type { Result } from '@base/core/result'
import type { Secret } from '@base/core/secret'
import type { AuthError } from '../errors/auth-error.js'
import type { AuthErrorCode } from '../errors/auth-error-code.js'
import { placeOf } from '../place.js'
import { signalOf } from '../signal-of.js'
import { isOpaqueToken } from '../tokens/opaque/opaque-token.js'
import { buildLogoutUrl } from './account/logout-url.js'
import { refreshTokens } from './account/refresh-tokens.js'
import { revealed } from './account/revealed.js'
import { revokeToken } from './account/revoke-token.js'
import { readUserInfo } from './account/user-info.js'
import type {
  BeginOptions,
  BegunSignIn,
  LogoutOptions,
  OidcAccount,
  OidcCallOptions,
  OidcClient,
  OidcIdentity,
  OidcTokens,
} from './oidc-client.js'
import type { OidcSettings } from './oidc-options.js'
import { converse, type RelyingParts } from './provider/conversation.js'
import { isIssuerOf } from './provider/expected-issuer.js'
import { IdTokens } from './provider/id-tokens.js'
import type { OidcClaims } from './providers/provider-settings.js'
import { beginSignIn } from './sign-in/begin-sign-in.js'
import { completeSignIn } from './sign-in/complete-sign-in.js'

type Token = string | Secret<string>

const channel = diagnosticsChannel<{ code: AuthErrorCode; reason: string; issuer: string }>(
  'base:auth:oauth:refused',
)

/** The client behind `createOidcClient`: checks what it is given, and tells what is refused. */
export class RelyingParty implements OidcClient {
  readonly #parts: RelyingParts

  constructor(settings: OidcSettings) {
    this.#parts = { settings, idTokens: new IdTokens(settings) }
  }

  async begin(options: BeginOptions): Promise<BegunSignIn> {
    return beginSignIn(this.#parts, options)
  }

  async complete(
    url: string | URL,
    transactionId: string | undefined,
    options: OidcCallOptions = {},
  ): Promise<Result<OidcIdentity, AuthError>> {
    const signal = signalOf(options, placeOf('complete'))
    return this.#tell(await completeSignIn(this.#parts, url, transactionId, signal))
  }

  async refresh(
    refreshToken: Token,
    account: OidcAccount,
    options: OidcCallOptions = {},
  ): Promise<Result<OidcTokens, AuthError>> {
    const signal = signalOf(options, placeOf('refresh'))
    const token = revealed(refreshToken, placeOf('refresh')('refreshToken'))
    const owner = checkAccount(this.#parts.settings, account, 'refresh')
    return this.#tell(await refreshTokens(await converse(this.#parts, signal), token, owner))
  }

  async userInfo(
    accessToken: Token,
    account: OidcAccount,
    options: OidcCallOptions = {},
  ): Promise<Result<OidcClaims, AuthError>> {
    const signal = signalOf(options, placeOf('userInfo'))
    const token = revealed(accessToken, placeOf('userInfo')('accessToken'))
    const owner = checkAccount(this.#parts.settings, account, 'userInfo')
    return this.#tell(await readUserInfo(await converse(this.#parts, signal), token, owner))
  }

  async revoke(token: Token, options: OidcCallOptions = {}): Promise<Result<void, AuthError>> {
    const signal = signalOf(options, placeOf('revoke'))
    const text = revealed(token, placeOf('revoke')('token'))
    return this.#tell(await revokeToken(await converse(this.#parts, signal), text))
  }

  async logoutUrl(options: LogoutOptions = {}): Promise<string> {
    return buildLogoutUrl(this.#parts.settings, options)
  }

  readCookie(header: string | null | undefined): string | undefined {
    const id = this.#parts.settings.cookie.read(header)
    return isOpaqueToken(id) ? id : undefined
  }

  clearCookie(): string {
    return this.#parts.settings.cookie.clear()
  }

  #tell<T>(result: Result<T, AuthError>): Result<T, AuthError> {
    if (!result.ok && channel.hasSubscribers) {
      const { code, reason } = result.error
      channel.publish({ code, reason, issuer: this.#parts.settings.issuer })
    }
    return result
  }
}

/** An account, if it is one of this client's provider: tokens of another may not be sent there. @throws InvalidOptionError */
function checkAccount(settings: OidcSettings, account: unknown, pattern: string): OidcAccount {
  const { issuer, subject } = (account ?? {}) as { issuer?: unknown; subject?: unknown }
  const place = placeOf(pattern)
  if (!isIssuerOf(settings, issuer))
    throw invalidOption(issuer, place('account.issuer'), "the provider's of this client")
  return { issuer, subject: checkText(subject, place('account.subject')) }
}
