import { decodePhcBase64 } from '../kdf/phc-base64.js'
import { derivedVerifier, type SaltAndTag, saltAndTag } from './derived.js'
import type { LegacyVerifier } from './legacy-verifier.js'

interface Pbkdf2 extends SaltAndTag {
  readonly digest: string
  readonly iterations: number
}

const LONGEST = 512
/** Several times what OWASP asks for; a row that wants more is not run. */
const MAX_ITERATIONS = 10_000_000

/**
 * `$pbkdf2-sha256$i=600000,l=32$…` of the PHC format, and passlib's `$pbkdf2-sha256$600000$…`, whose base64 has `.` for `+`, and
 * whose SHA-1 has no name: `$pbkdf2$131000$…`.
 */
const PHC =
  /^\$pbkdf2(?:-(sha1|sha256|sha512))?\$(?:i=)?([1-9]\d{0,7})(?:,l=\d{1,3})?\$([A-Za-z0-9+/.]+)\$([A-Za-z0-9+/.]+)$/
/** Django's `pbkdf2_sha256$600000$salt$…`, whose salt is a text, and whose base64 is padded. */
const DJANGO = /^pbkdf2_(sha1|sha256|sha512)\$([1-9]\d{0,7})\$([\w./+=-]{1,64})\$([A-Za-z0-9+/]+)={0,2}$/

/**
 * Verifies PBKDF2 with SHA-1, SHA-256 or SHA-512 as passlib, PHC libraries and Django write it, up to 10 million iterations.
 * By `node:crypto`.
 *
 * @example
 * const passwords = createPasswords({ legacy: [pbkdf2()] })
 *
 * @see RFC 8018, section 5.2
 */
export function pbkdf2(): LegacyVerifier {
  return derivedVerifier('pbkdf2', parse, (node, password, { digest, iterations, salt, tag }, done) => {
    node.pbkdf2(password, salt, iterations, tag.length, digest, done)
  })
}

function parse(stored: string): Pbkdf2 | undefined {
  if (stored.length > LONGEST) return undefined
  const phc = PHC.exec(stored)
  const parts = phc ?? DJANGO.exec(stored)
  if (parts === null) return undefined
  const [, digest = 'sha1', count = '', salt = '', tag = ''] = parts
  const iterations = Number(count)
  if (iterations > MAX_ITERATIONS) return undefined
  const saltBytes = phc ? decode(salt) : new TextEncoder().encode(salt)
  const bytes = saltAndTag(saltBytes, decode(tag))
  return bytes && { digest, iterations, ...bytes }
}

function decode(text: string): Uint8Array | undefined {
  return decodePhcBase64(text.replaceAll('.', '+'))
}
