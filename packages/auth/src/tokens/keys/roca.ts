/** The primes of the published fingerprint. */
const PRIMES = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107,
  109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
]
const GENERATOR = 65_537

/**
 * Whether a modulus was made by the flawed generator of some smart cards and TPMs, so that it can be factored.
 *
 * Its primes have the form k · M + (65537^a mod M), where M is a product of small primes, so the modulus is a power of 65537
 * modulo each of them. A sound modulus is one modulo all of these with a chance of about 2^−28.
 *
 * @see Nemec, Sys, Svenda, Klinec, Matyas, "The Return of Coppersmith's Attack", 2017 (CVE-2017-15361)
 */
export function isRocaWeak(modulus: bigint): boolean {
  return PRIMES.every((prime) => isPower(Number(modulus % BigInt(prime)), prime))
}

function isPower(residue: number, prime: number): boolean {
  let power = 1
  do {
    if (power === residue) return true
    power = (power * GENERATOR) % prime
  } while (power !== 1)
  return false
}
