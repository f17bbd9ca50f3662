import { ok, type Result } from '@base/core/result'
import type { AuthError } from '../../errors/auth-error.js'
import { remoteJwks } from '../../tokens/jwks/remote-jwks.js'
import { LONGEST_OF_ALL } from '../../tokens/jws/compact.js'
import { SignatureCheck, type SignedToken } from '../../tokens/jws/signature-check.js'
import { parseStrictObject } from '../../tokens/jws/strict-json.js'
import { refused } from '../../tokens/refused.js'
import { lateOrEarly, type Refusal, refusalOf } from '../../tokens/verifier/claim-rules.js'
import type { OidcSettings } from '../oidc-options.js'
import type { OidcClaims } from '../providers/provider-settings.js'
import { idTokenRefusal } from '../refusals.js'
import { isSubject } from '../subject.js'
import { expectedIssuer, mayKeySign } from './expected-issuer.js'

/**
 * The id tokens of a provider. OpenID Connect lets a client go without their signature, for they came over TLS; checked, it also
 * holds where somebody sits in the connection, and their form is strict before anything in them is believed.
 */
export class IdTokens {
  readonly #settings: OidcSettings
  #check: { readonly address: string; readonly signatures: SignatureCheck } | undefined

  constructor(settings: OidcSettings) {
    this.#settings = settings
  }

  /**
   * The claims of a token that the provider has signed for this client, and that is good now. Nonce, `azp` and that `auth_time` is a
   * time are the library's to check.
   */
  async read(token: unknown, keysAddress: string | undefined): Promise<Result<OidcClaims, AuthError>> {
    if (typeof token !== 'string') return refused('OAUTH_RESPONSE_INVALID', 'There is no id token.')
    if (keysAddress === undefined) return refused('OAUTH_RESPONSE_INVALID', 'The provider publishes no keys.')
    const signed = await this.#signatures(keysAddress).check(token)
    if (!signed.ok) return idTokenRefusal(signed.error)
    const claims = parseStrictObject(signed.value.payload)
    if (claims === undefined)
      return refused('OAUTH_ID_TOKEN_INVALID', 'Its payload is no JSON object, or has a name twice.')
    const refusal = this.#judge(signed.value, claims)
    if (refusal !== undefined) return idTokenRefusal(refused(...refusal).error)
    if (!isSubject(claims['sub'])) return refused('OAUTH_ID_TOKEN_INVALID', 'It names nobody.')
    return ok(claims as OidcClaims)
  }

  #judge({ header, key }: SignedToken, claims: Readonly<Record<string, unknown>>): Refusal | undefined {
    const { clientId, clockSkew, issuerTemplate, rules } = this.#settings
    const issuer = expectedIssuer(this.#settings, claims['tid'])
    if (issuer === undefined) return ['TOKEN_WRONG_ISSUER', 'Its tid is no tenant.']
    if (issuerTemplate !== undefined && !mayKeySign(key, issuer, claims['tid']))
      return ['TOKEN_WRONG_ISSUER', 'Its key is that of another issuer.']
    const expected = {
      issuer,
      audience: [clientId],
      typ: 'application/jwt',
      clockSkew,
      maxTokenAge: undefined,
    }
    // A typ may be left out; but a token that says it is something else is no id token, whoever has signed it.
    return (
      refusalOf(header.typ ?? 'JWT', claims, expected) ??
      lateOrEarly(claims as never, expected, rules.clock.now())
    )
  }

  #signatures(address: string): SignatureCheck {
    if (this.#check?.address !== address) {
      const { algorithms, rules } = this.#settings
      // Groups in it make it long; it comes in a body, which has its own limit.
      const signatures = new SignatureCheck(remoteJwks(address, rules), algorithms, LONGEST_OF_ALL)
      this.#check = { address, signatures }
    }
    return this.#check.signatures
  }
}
