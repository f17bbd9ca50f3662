import { decodePhcBase64 } from '../kdf/phc-base64.js'
import { derivedVerifier, type SaltAndTag, saltAndTag } from './derived.js'
import type { LegacyVerifier } from './legacy-verifier.js'

interface Scrypt extends SaltAndTag {
  readonly cost: number
  readonly blockSize: number
  readonly parallelization: number
}

const LONGEST = 512
const FORM = /^\$scrypt\$ln=([1-9]\d?),r=([1-9]\d?),p=([1-9]\d?)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/
/** 1 GiB; 128 N r is what scrypt takes. */
const MAX_MEMORY = 1_073_741_824
const MAX_PARALLELIZATION = 16

/**
 * Verifies `$scrypt$ln=17,r=8,p=1$salt$tag`, as passlib and PHC libraries write it, up to 1 GiB of memory and 16 lanes. By
 * `node:crypto`.
 *
 * @example
 * const passwords = createPasswords({ legacy: [scrypt()] })
 *
 * @see RFC 7914
 */
export function scrypt(): LegacyVerifier {
  return derivedVerifier('scrypt', parse, (node, password, { salt, tag, ...cost }, done) => {
    // Node asks for a little more than 128 N r.
    node.scrypt(password, salt, tag.length, { ...cost, maxmem: 2 * MAX_MEMORY }, done)
  })
}

function parse(stored: string): Scrypt | undefined {
  const parts = stored.length <= LONGEST ? FORM.exec(stored) : null
  if (parts === null) return undefined
  const [logCost, blockSize, parallelization] = parts.slice(1, 4).map(Number) as [number, number, number]
  const memory = 128 * 2 ** logCost * blockSize
  if (memory > MAX_MEMORY || parallelization > MAX_PARALLELIZATION) return undefined
  // N is less than 2^(128 r / 8), RFC 7914, section 2: nobody computes another.
  if (logCost >= 16 * blockSize) return undefined
  const bytes = saltAndTag(decodePhcBase64(parts[4] as string), decodePhcBase64(parts[5] as string))
  return bytes && { cost: 2 ** logCost, blockSize, parallelization, ...bytes }
}
