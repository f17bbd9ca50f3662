import { FieldCipherError } from './field-cipher-error.js'
import { isKeyId } from './local-keys.js'

/** An encrypted field in its halves: `v1.<key id>.<wrapped data key>.<commitment>` and `<nonce, ciphertext and tag>`. */
export interface Envelope {
  /** What names the data key, and is authenticated with the field. */
  readonly header: string
  readonly body: Buffer
}

/** What a header says. */
export interface EnvelopeHeader {
  readonly keyId: string
  readonly wrapped: Buffer
  readonly commitment: Buffer
}

const VERSION = 'v1'
const DOT = '.'
const DOTS = 4
const MOST_WRAPPED_CHARACTERS = 5_462
/** Takes no time for texts that hold each character in one byte, as all of ours do. */
const WIDE = /[\u0100-\uffff]/
/** Which characters can be the last, by how many stand behind the last four: those whose unused bits are 0. */
const LAST: Readonly<Record<number, string>> = { 2: 'AQgw', 3: 'AEIMQUYcgkosw048' }

/**
 * The halves of an envelope. Every text of it but one is refused: no padding, no spare bits, nothing around it. `likely` is the
 * header of another envelope, which this one may have too: that is seen faster than a header is found, and looked up.
 */
export function parseEnvelope(text: unknown, likely?: string): Envelope {
  if (typeof text !== 'string') throw malformed()
  const header = likely !== undefined && beginsWith(text, likely) ? likely : headerIn(text)
  return { header, body: bytesOf(text.slice(header.length + 1)) }
}

/** As a comparison: `startsWith` is slow on Node 22. */
function beginsWith(text: string, header: string): boolean {
  return text.charAt(header.length) === DOT && text.slice(0, header.length) === header
}

/** From the front, for the header is short. A fifth dot would be no base64url of the body. */
function headerIn(text: string): string {
  let dot = -1
  for (let count = 0; count < DOTS; count++) {
    dot = text.indexOf(DOT, dot + 1)
    if (dot < 0) throw malformed()
  }
  return text.slice(0, dot)
}

/** What a header says; as strict. */
export function parseHeader(header: string): EnvelopeHeader {
  const [version, keyId, wrapped, commitment, ...rest] = header.split(DOT)
  if (version !== VERSION || commitment === undefined || rest.length > 0 || !isKeyId(keyId)) throw malformed()
  if ((wrapped as string).length > MOST_WRAPPED_CHARACTERS) throw malformed()
  return { keyId, wrapped: bytesOf(wrapped as string), commitment: bytesOf(commitment) }
}

/** What stands before the body in every envelope of one data key. */
export function headerOf(keyId: string, wrapped: Uint8Array, commitment: Uint8Array): string {
  return `${VERSION}.${keyId}.${encode(wrapped)}.${encode(commitment)}`
}

function encode(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}

function bytesOf(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64url')
  // Node passes over what is no base64, and then gives fewer bytes; it also takes the other alphabet, spare bits, and U+0141 for A.
  const isWhole = bytes.length === Math.floor((text.length * 3) / 4) && text.length % 4 !== 1
  const isOurs = !text.includes('+') && !text.includes('/') && !WIDE.test(text)
  if (isWhole && isOurs && hasNoSpareBits(text)) return bytes
  throw malformed()
}

function hasNoSpareBits(text: string): boolean {
  const last = LAST[text.length % 4]
  return last === undefined || last.includes(text.charAt(text.length - 1))
}

function malformed(): FieldCipherError {
  return new FieldCipherError({ code: 'FIELD_MALFORMED' })
}
