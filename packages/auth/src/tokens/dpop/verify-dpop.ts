import { ok, type Result } from '@base/core/result'
import type { AuthError } from '../../errors/auth-error.js'
import { partsOf } from '../jws/compact.js'
import { type JwsHeader, readHeader } from '../jws/header.js'
import { parseStrictObject } from '../jws/strict-json.js'
import { verifyJws } from '../jws/verify-jws.js'
import type { Algorithm } from '../keys/algorithm.js'
import { askStore } from '../opaque/ask-store.js'
import { hashText } from '../opaque/opaque-token.js'
import { refused } from '../refused.js'
import { toMediaType } from '../verifier/claim-rules.js'
import { type DpopSettings, readOptions, type VerifyDpopOptions } from './dpop-options.js'
import { isSameTarget, type ProofClaims, readProofClaims } from './proof-claims.js'
import { readProofKey } from './proof-key.js'

/** For how much longer than it is accepted a proof is remembered, for machines whose clocks differ, in milliseconds. */
const SLACK = 60_000

/** A proof that was good. */
export interface DpopProof {
  /** The RFC 7638 thumbprint of the key that its sender has: for `RefreshService.rotate`, and the `jkt` of an access token. */
  readonly jkt: string
  /** Its id. */
  readonly jti: string
  /** When it was made, in seconds since 1970, by its sender's clock. */
  readonly iat: number
}

/**
 * Checks the `DPoP` header of a request: that its sender has the private key which it names, made it for this method and URL,
 * for this access token where there is one, just now, and sends it for the first time.
 *
 * The twelve checks of RFC 9449, section 4.3, in an order in which the replay store is asked last: nothing that is refused for
 * another reason takes room in it. It never rejects for a bad proof: `DPOP_INVALID`, `DPOP_REPLAYED`, or
 * `DPOP_NONCE_REQUIRED`, to which the answer is a new nonce in `DPoP-Nonce`. A request with two `DPoP` headers, which arrive
 * joined by a comma, is refused.
 *
 * @example
 * const verified = await verifier.verify(accessToken)
 * if (!verified.ok) throw verified.error
 * const proof = await verifyDpop(request.headers.get('dpop'), {
 *   method: request.method,
 *   url: request.url,
 *   replays,
 *   accessToken,
 *   jkt: verified.value.cnf?.jkt,
 * })
 * if (!proof.ok) throw proof.error
 *
 * @throws InvalidOptionError for a wrong option; UnavailableError where the replay store fails.
 * @see RFC 9449, section 4.3
 */
export async function verifyDpop(
  proof: string | null | undefined,
  options: VerifyDpopOptions,
): Promise<Result<DpopProof, AuthError>> {
  const settings = readOptions(options)
  const signed = await checkSignature(proof, settings)
  if (typeof signed === 'string') return invalid(signed)
  const { claims, jkt } = signed
  const problem = (await bindingProblem(claims, jkt, settings)) ?? requestProblem(claims, settings)
  if (problem !== undefined) return invalid(problem)
  if (settings.nonces !== undefined && !settings.nonces.includes(claims.nonce ?? ''))
    return refused('DPOP_NONCE_REQUIRED', 'The proof has no nonce that the server takes now.')
  return claim(claims, jkt, settings)
}

interface SignedProof {
  readonly claims: ProofClaims
  readonly jkt: string
}

async function checkSignature(proof: unknown, { algorithms }: DpopSettings): Promise<SignedProof | string> {
  const read = readProof(proof, algorithms)
  if (typeof read === 'string') return read
  const { header, algorithm } = read
  const found = await readProofKey(header['jwk'], header.kid)
  if (typeof found === 'string') return found
  const verified = await verifyJws(proof as string, { keys: [found.key], algorithms: [algorithm] })
  if (!verified.ok) return verified.error.reason
  const claims = readProofClaims(parseStrictObject(verified.value.payload))
  return typeof claims === 'string' ? claims : { claims, jkt: found.jkt }
}

function readProof(
  proof: unknown,
  allowed: readonly Algorithm[],
): { readonly header: JwsHeader; readonly algorithm: Algorithm } | string {
  const parts = partsOf(proof)
  if (parts === undefined) return 'it is no single compact JWS'
  const read = readHeader(parts.header)
  if (typeof read === 'string') return read
  const { header, algorithm } = read
  if (toMediaType(header.typ ?? '') !== 'application/dpop+jwt') return 'its typ is not dpop+jwt'
  if (algorithm === undefined || !allowed.includes(algorithm)) return 'its alg is not in the list'
  return { header, algorithm }
}

/** Whether it is of the right key, and for the access token that came with it. */
async function bindingProblem(
  { ath }: ProofClaims,
  jkt: string,
  { accessToken, jkt: bound }: DpopSettings,
): Promise<string | undefined> {
  if (bound !== undefined && bound !== jkt) return 'it is of another key than the token is bound to'
  if (accessToken === undefined) return undefined
  if (bound === undefined) return 'the access token is bound to no key'
  return ath === (await hashText(accessToken)) ? undefined : 'its ath is not that of the access token'
}

function requestProblem(
  { htm, htu, iat }: ProofClaims,
  { method, target, window, now }: DpopSettings,
): string | undefined {
  if (htm !== method) return 'its htm is another method'
  if (!isSameTarget(htu, target)) return 'its htu is another URL'
  if (Math.abs(now - iat * 1_000) > window) return `its iat is not within ${window / 1_000} s of now`
  return undefined
}

async function claim(
  { jti, iat }: ProofClaims,
  jkt: string,
  { replays, now, window }: DpopSettings,
): Promise<Result<DpopProof, AuthError>> {
  const key = await hashText(`${jkt} ${jti}`)
  const ttl = Math.ceil(iat * 1_000 + window - now) + SLACK
  const isFirst = await askStore('replay', () => replays.claim(key, ttl, now))
  // Nothing but true: in an answer of another kind, such as 'false', the store has not said that it is first.
  return isFirst === true ? ok({ jkt, jti, iat }) : refused('DPOP_REPLAYED', 'The proof has come before.')
}

function invalid(problem: string) {
  return refused('DPOP_INVALID', `The DPoP proof is refused: ${problem.replace(/\.$/, '')}.`)
}
