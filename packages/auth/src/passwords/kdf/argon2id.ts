import { ARGON2_TYPES, type Argon2Engine, type Argon2Job } from './argon2-engine.js'
import { Argon2Kdf } from './argon2-kdf.js'
import type { Argon2Parameters, Argon2Preset } from './argon2-parameters.js'
import { functionsOf, needsPackage } from './load-peer.js'
import type { PasswordKdf } from './password-kdf.js'

/**
 * argon2id by the package [argon2](https://github.com/ranisalt/node-argon2), which is imported at the first use. It runs on
 * the threads of libuv's pool.
 *
 * Writes `$argon2id$v=19$m=…,t=…,p=…$salt$tag`, the same texts as {@link nodeArgon2} and {@link nodeRsArgon2}, so that each
 * verifies what another wrote. Reads argon2i and argon2d as well, and asks for a new hash then.
 *
 * @example
 * const passwords = createPasswords({ kdf: argon2id('strong') })
 *
 * @throws InvalidOptionError for parameters below each row of OWASP's table. The first use rejects with an UnsupportedError
 * that names the install command where the package is not there.
 * @see RFC 9106; OWASP, Password Storage Cheat Sheet
 */
export function argon2id(cost: Argon2Preset | Argon2Parameters = 'balanced'): PasswordKdf {
  return new Argon2Kdf(ARGON2_ENGINE, cost)
}

/** For tests with vectors; no part of the package's face. */
export const ARGON2_ENGINE: Argon2Engine = {
  name: 'argon2id',
  versions: [16, 19],
  async run(password: Uint8Array, job: Argon2Job): Promise<Uint8Array> {
    const { hash } = functionsOf(await import('argon2').catch(needsPackage('argon2id', 'argon2')))
    return hash(Buffer.from(password), {
      raw: true,
      type: ARGON2_TYPES[job.variant],
      version: job.version,
      memoryCost: job.memory,
      timeCost: job.passes,
      parallelism: job.parallelism,
      hashLength: job.tagLength,
      salt: Buffer.from(job.salt),
      ...(job.secret && { secret: Buffer.from(job.secret) }),
      ...(job.associatedData && { associatedData: Buffer.from(job.associatedData) }),
    })
  },
}
