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
const DOTS = 4
const MOST_WRAPPED_CHARACTERS = 5_462

/** The halves of an envelope. Every text of it but one is refused: no padding, no spare bits, nothing around it. */
export function parseEnvelope(text: unknown): Envelope {
  if (typeof text !== 'string') throw malformed()
  // From the front, for the header is short. A fifth dot would be no base64url of the body.
  let dot = -1
  for (let count = 0; count < DOTS; count++) {
    dot = text.indexOf('.', dot + 1)
    if (dot < 0) throw malformed()
  }
  return { header: text.slice(0, dot), body: bytesOf(text.slice(dot + 1)) }
}

/** What a header says; as strict. */
export function parseHeader(header: string): EnvelopeHeader {
  const [version, keyId, wrapped, commitment, ...rest] = header.split('.')
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
  // Node passes over what is no base64, and then gives fewer bytes; it also takes the other alphabet, and spare bits.
  const isWhole = bytes.length === Math.floor((text.length * 3) / 4) && text.length % 4 !== 1
  const isOurs = !text.includes('+') && !text.includes('/')
  const tail = bytes.length - (bytes.length % 3)
  if (isWhole && isOurs && text.endsWith(bytes.toString('base64url', tail))) return bytes
  throw malformed()
}

function malformed(): FieldCipherError {
  return new FieldCipherError({ code: 'FIELD_MALFORMED' })
}
