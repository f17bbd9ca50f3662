import { parseUrl } from '../../web-address.js'

/** What a proof must say. @see RFC 9449, section 4.2 */
export interface ProofClaims {
  readonly jti: string
  readonly htm: string
  readonly htu: URL
  readonly iat: number
  readonly ath: string | undefined
  readonly nonce: string | undefined
}

const LONGEST_JTI = 512

/** The claims of a proof, or what is wrong with them in a few words. */
export function readProofClaims(claims: Readonly<Record<string, unknown>> | undefined): ProofClaims | string {
  if (claims === undefined) return 'its payload is no JSON object, or has a name twice'
  const { jti, htm, htu, iat, ath, nonce } = claims
  if (typeof jti !== 'string' || jti === '' || jti.length > LONGEST_JTI) return 'it has no jti'
  if (typeof htm !== 'string') return 'it has no htm'
  if (typeof iat !== 'number' || !Number.isFinite(iat)) return 'it has no iat'
  if (ath !== undefined && typeof ath !== 'string') return 'its ath is no text'
  if (nonce !== undefined && typeof nonce !== 'string') return 'its nonce is no text'
  const url = parseUrl(htu)
  if (url === undefined) return 'it has no htu'
  return { jti, htm, htu: url, iat, ath, nonce }
}

/** Whether two URLs are the same but for query and fragment, after normalisation (RFC 3986, sections 6.2.2 and 6.2.3). */
export function isSameTarget(one: URL, other: URL): boolean {
  return targetOf(one) === targetOf(other)
}

function targetOf({ protocol, username, password, host, pathname }: URL): string {
  return `${protocol}//${username}:${password}@${host}${pathname.replace(/%[\da-f]{2}/gi, normalOctet)}`
}

/** What `URL` leaves to us: an octet that needs no encoding stands for itself, and the digits of others are in capitals. */
function normalOctet(encoded: string): string {
  const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16))
  return /[\w.~-]/.test(character) ? character : encoded.toUpperCase()
}
