import type { KeyObject } from 'node:crypto'
import { type NodeCrypto, requireNodeCrypto } from '../tokens/keys/node-crypto.js'
import { FieldCipherError } from './field-cipher-error.js'

/** Bytes of a nonce of ours. */
export const NONCE_BYTES = 12
/** Bytes of a tag. Shorter ones can be forged, and `node:crypto` takes them unless it is told not to. */
export const TAG_BYTES = 16

const OPTIONS = { authTagLength: TAG_BYTES }
const ALGORITHM = 'aes-256-gcm'

/** Decrypts; see `openAesGcm`. */
export function open(
  key: Uint8Array | KeyObject,
  nonce: Uint8Array,
  ciphertext: Uint8Array,
  tag: Uint8Array,
  aad: Uint8Array,
): Buffer {
  const node = platform()
  try {
    if (tag.byteLength !== TAG_BYTES) throw new RangeError(`A tag has ${TAG_BYTES} bytes.`)
    const decipher = node.createDecipheriv(algorithmOf(key), key, nonce, OPTIONS)
    decipher.setAAD(aad)
    decipher.setAuthTag(tag)
    const text = decipher.update(ciphertext)
    // Of a mode that streams there is nothing left; what this does is to check the tag.
    decipher.final()
    return text
  } catch (cause) {
    throw new FieldCipherError({ code: 'FIELD_TAMPERED', cause })
  }
}

/** Nonce, ciphertext and tag, in one piece. */
export function seal(key: KeyObject, text: Uint8Array, aad: Uint8Array): Buffer {
  const node = platform()
  const nonce = node.randomBytes(NONCE_BYTES)
  const cipher = node.createCipheriv(ALGORITHM, key, nonce, OPTIONS)
  cipher.setAAD(aad)
  const ciphertext = cipher.update(text)
  cipher.final()
  return Buffer.concat([nonce, ciphertext, cipher.getAuthTag()])
}

/** All key objects are ours, and have 32 bytes. */
function algorithmOf(key: Uint8Array | KeyObject): typeof ALGORITHM {
  return key instanceof Uint8Array ? (`aes-${key.byteLength * 8}-gcm` as typeof ALGORITHM) : ALGORITHM
}

let known: NodeCrypto | undefined

/** Looked up once: asking for the module takes as long as a tenth of a field. */
function platform(): NodeCrypto {
  known ??= requireNodeCrypto('field encryption')
  return known
}
