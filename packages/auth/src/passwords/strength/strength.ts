import { costOfChunk } from './chunks.js'

/** What is behind this adds nothing: a text of attackers must not cost more than one of users. */
const LONGEST = 128

/** Powers of ten of guesses, below which a password is 0, 1, 2, 3: the bounds of zxcvbn. */
const BOUNDS = [3, 6, 8, 10] as const

/** How hard a password is to guess: 0 falls at once, 1 online, 2 online in the end, 3 offline in the end, 4 not. */
export type Strength = 0 | 1 | 2 | 3 | 4

/**
 * Estimates how many guesses a password takes, for a meter beside its field: words that everybody uses, rows of the keyboard,
 * sequences, repetitions and years count little, everything else 10 for each character.
 *
 * Runs at once, in a browser too, in time that grows with the length up to 128 characters and no further. An estimate: the
 * policy's block-list and breach port decide, not this.
 *
 * @example
 * strength('password1') // 0
 * strength('correct horse battery staple') // 4
 *
 * @see Wheeler, "zxcvbn: Low-Budget Password Strength Estimation", 2016
 */
export function strength(password: string): Strength {
  if (typeof password !== 'string') return 0
  const guesses = guessesOf(password.slice(0, LONGEST).normalize('NFKC').slice(0, LONGEST))
  const bound = BOUNDS.findIndex((most) => guesses < most)
  return (bound < 0 ? BOUNDS.length : bound) as Strength
}

/** The power of ten of the guesses. */
function guessesOf(password: string): number {
  const period = (password + password).indexOf(password, 1)
  // A repetition is its part, and how often.
  if (period > 0 && period < password.length)
    return guessesOf(password.slice(0, period)) + Math.log10(password.length / period)
  let guesses = 0
  for (let start = 0; start < password.length; ) {
    const { length, cost } = costOfChunk(password, start)
    guesses += cost
    start += length
  }
  return guesses
}
