import { ok, type Result } from '@base/core/result'
import type { AuthError } from '../../errors/auth-error.js'
import { remoteJwks } from '../../tokens/jwks/remote-jwks.js'
import { SignatureCheck } from '../../tokens/jws/signature-check.js'
import { parseStrictObject } from '../../tokens/jws/strict-json.js'
import type { AsymmetricAlgorithm } from '../../tokens/keys/algorithm.js'
import { refused } from '../../tokens/refused.js'
import { toMediaType } from '../../tokens/verifier/claim-rules.js'
import type { OidcClaims } from '../providers/provider-settings.js'
import { idTokenRefusal } from '../refusals.js'
import type { ProviderRules } from './provider-fetch.js'

/**
 * The signatures of a provider's id tokens. OpenID Connect lets a client go without, for the token came over TLS; checked, it
 * also holds where somebody sits in the connection, and its form is strict before anything in it is believed.
 */
export class IdTokens {
  readonly #algorithms: readonly AsymmetricAlgorithm[]
  readonly #rules: ProviderRules
  #check: { readonly address: string; readonly signatures: SignatureCheck } | undefined

  constructor(algorithms: readonly AsymmetricAlgorithm[], rules: ProviderRules) {
    this.#algorithms = algorithms
    this.#rules = rules
  }

  /** The claims of a token whose form, algorithm, type and signature are good; what they say is not checked. */
  async read(token: unknown, keysAddress: string | undefined): Promise<Result<OidcClaims, AuthError>> {
    if (typeof token !== 'string') return refused('OAUTH_RESPONSE_INVALID', 'There is no id token.')
    if (keysAddress === undefined) return refused('OAUTH_RESPONSE_INVALID', 'The provider publishes no keys.')
    const signed = await this.#signatures(keysAddress).check(token)
    if (!signed.ok) return idTokenRefusal(signed.error)
    const { header, payload } = signed.value
    // It may be left out; but a token that says it is something else is no id token, whoever has signed it.
    if (header.typ !== undefined && toMediaType(header.typ) !== 'application/jwt')
      return refused('OAUTH_ID_TOKEN_INVALID', 'Its typ is that of another kind of token.')
    const claims = parseStrictObject(payload)
    if (claims === undefined)
      return refused('OAUTH_ID_TOKEN_INVALID', 'Its payload is no JSON object, or has a name twice.')
    return ok(claims as OidcClaims)
  }

  #signatures(address: string): SignatureCheck {
    if (this.#check?.address !== address) {
      const keys = remoteJwks(address, this.#rules)
      this.#check = { address, signatures: new SignatureCheck(keys, this.#algorithms) }
    }
    return this.#check.signatures
  }
}
