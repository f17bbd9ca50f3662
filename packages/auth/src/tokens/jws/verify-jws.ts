import { checkOptions } from '@base/core/options'
import { ok, type Result } from '@base/core/result'
import type { AuthError } from '../../errors/auth-error.js'
import { placeOf } from '../../place.js'
import { type AlgorithmName, checkAlgorithms } from '../keys/algorithm.js'
import { toKeySource, type VerifierKeys } from '../keys/verifier-keys.js'
import type { JwsHeader } from './header.js'
import { SignatureCheck } from './signature-check.js'

const place = /* @__PURE__ */ placeOf('verifyJws')

/** Options of {@link verifyJws}. */
export interface VerifyJwsOptions {
  /** The keys that may have signed it. Of a JWK set those that can be used; the same list of keys is read once. */
  readonly keys: VerifierKeys
  /** The algorithms that are allowed: at least one, and HS algorithms only among themselves. */
  readonly algorithms: readonly AlgorithmName[]
}

/** A JWS whose signature is good. What it says is for you to check. */
export interface VerifiedJws {
  /** Its header, frozen. */
  readonly header: JwsHeader
  /** Its payload, decoded. */
  readonly payload: Uint8Array
}

/**
 * Checks form, algorithm and signature of a compact JWS, and nothing else: neither what it is for, nor from whom, nor until
 * when. For access tokens take {@link createVerifier}; this is for what is signed in another way, such as a DPoP proof.
 *
 * The form is strict: at most 8 KiB, canonical base64url, no name twice in the header, no critical extension. The key is the one whose name the header gives, or the only one for its algorithm; key material in the header
 * is ignored. It never rejects for a bad token.
 *
 * @example
 * const result = await verifyJws(text, { keys: pemKey(publicKey), algorithms: ['ES256'] })
 * if (result.ok) console.log(new TextDecoder().decode(result.value.payload))
 *
 * @throws InvalidOptionError for a wrong option.
 * @see RFC 7515
 */
export async function verifyJws(
  token: string,
  options: VerifyJwsOptions,
): Promise<Result<VerifiedJws, AuthError>> {
  const { keys, algorithms } = checkOptions(options, place('options'))
  const allowed = checkAlgorithms(algorithms, place('algorithms'))
  const source = toKeySource(keys, place('keys'))
  const checked = await new SignatureCheck(source, allowed).check(token)
  return checked.ok ? ok({ header: checked.value.header, payload: checked.value.payload }) : checked
}
