import { invalidOption } from '../options/options.js'

const WARM_UP = 12

/**
 * Random numbers from 0 up to, not including, 1, the same ones for the same seed on every machine. For tests and
 * simulations; anyone can predict them.
 *
 * @example
 * const random = seededRandom(42)
 * random() // the same number in every run
 *
 * @throws {@link InvalidOptionError} where the seed is not a whole number.
 * @see Chris Doty-Humphrey, PractRand: sfc32, seeded as its author does, with three words and 12 rounds
 */
export function seededRandom(seed: number): () => number {
  if (!Number.isSafeInteger(seed))
    throw invalidOption(
      seed,
      { package: '@base/core', pattern: 'seededRandom', option: 'seed' },
      'a whole number',
    )
  let a = 0
  let b = seed | 0
  let c = Math.floor(seed / 2 ** 32) | 0
  let counter = 1
  const next = () => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return sum >>> 0
  }
  for (let round = 0; round < WARM_UP; round++) next()
  return () => next() / 2 ** 32
}
