import { argon2id, type PasswordKdf } from './index.js'

/** The least that is allowed: fast enough for tests. */
export const CHEAP = { memory: 7_168, passes: 5, parallelism: 1 } as const

/** argon2id, and how often it has run. */
export interface CountedKdf extends PasswordKdf {
  readonly runs: { hash: number; verify: number }
  /** How many run now, and how many have at most at once. */
  readonly load: { now: number; most: number }
}

/** A function for passwords that counts its runs. */
export function counted(kdf: PasswordKdf = argon2id(CHEAP)): CountedKdf {
  const runs = { hash: 0, verify: 0 }
  const load = { now: 0, most: 0 }
  const count = async <T>(what: 'hash' | 'verify', run: () => PromiseLike<T>): Promise<T> => {
    runs[what]++
    load.most = Math.max(load.most, ++load.now)
    try {
      return await run()
    } finally {
      load.now--
    }
  }
  return {
    runs,
    load,
    id: kdf.id,
    hash: (password, salt) => count('hash', () => kdf.hash(password, salt)),
    verify: (password, phc) => count('verify', () => kdf.verify(password, phc)),
    needsRehash: (phc) => kdf.needsRehash(phc),
    ...(kdf.recognises && { recognises: (phc) => kdf.recognises?.(phc) ?? true }),
    ...(kdf.decoy && { decoy: () => kdf.decoy?.() ?? '' }),
  }
}
