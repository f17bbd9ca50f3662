/** The part of `node:crypto` that is used. */
interface Crypto {
  createHash(algorithm: string): { update(data: Uint8Array): { digest(encoding: 'hex'): string } }
}

/** The SHA-256 of bytes in hex, at once: by `node:crypto` where the runtime has it, by this code where not, such as in a browser. */
export function sha256(bytes: Uint8Array): string {
  const crypto = globalThis.process?.getBuiltinModule?.('node:crypto') as Crypto | undefined
  return crypto === undefined ? ownSha256(bytes) : crypto.createHash('sha256').update(bytes).digest('hex')
}

/** @see FIPS 180-4, section 6.2 */
export function ownSha256(bytes: Uint8Array): string {
  const hash = primes(8).map((prime) => fraction(Math.sqrt(prime)))
  const constants = primes(64).map((prime) => fraction(Math.cbrt(prime)))
  const padded = pad(bytes)
  for (let at = 0; at < padded.byteLength; at += 64) compress(hash, constants, new DataView(padded, at, 64))
  return hash.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
}

/** A one, zeros, and the length in bits, to whole blocks of 64 bytes. */
function pad(bytes: Uint8Array): ArrayBuffer {
  const padded = new ArrayBuffer(Math.ceil((bytes.length + 9) / 64) * 64)
  new Uint8Array(padded).set(bytes)
  const view = new DataView(padded)
  view.setUint8(bytes.length, 0x80)
  view.setUint32(padded.byteLength - 8, Math.floor(bytes.length / 2 ** 29))
  view.setUint32(padded.byteLength - 4, bytes.length << 3)
  return padded
}

function compress(hash: number[], constants: readonly number[], block: DataView): void {
  const words = schedule(block)
  let [a, b, c, d, e, f, g, h] = hash as [number, number, number, number, number, number, number, number]
  for (const [round, word] of words.entries()) {
    const choice = (e & f) ^ (~e & g)
    const majority = (a & b) ^ (a & c) ^ (b & c)
    const sum1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)
    const sum0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)
    const one = (h + sum1 + choice + (constants[round] as number) + word) | 0
    ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + sum0 + majority) | 0]
  }
  for (const [index, word] of [a, b, c, d, e, f, g, h].entries())
    hash[index] = ((hash[index] as number) + word) | 0
}

function schedule(block: DataView): Int32Array {
  const words = new Int32Array(64)
  for (let index = 0; index < 16; index++) words[index] = block.getInt32(index * 4)
  for (let index = 16; index < 64; index++) {
    const early = words[index - 15] as number
    const late = words[index - 2] as number
    const sigma0 = turn(early, 7) ^ turn(early, 18) ^ (early >>> 3)
    const sigma1 = turn(late, 17) ^ turn(late, 19) ^ (late >>> 10)
    words[index] = (words[index - 16] as number) + sigma0 + (words[index - 7] as number) + sigma1
  }
  return words
}

function turn(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by))
}

/** The first 32 bits behind the point. */
function fraction(root: number): number {
  return ((root % 1) * 2 ** 32) | 0
}

function primes(count: number): number[] {
  const found: number[] = []
  for (let number = 2; found.length < count; number++) {
    if (found.every((prime) => number % prime !== 0)) found.push(number)
  }
  return found
}
