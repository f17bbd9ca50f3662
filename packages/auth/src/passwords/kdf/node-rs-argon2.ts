import { ARGON2_TYPES, type Argon2Engine, type Argon2Job } from './argon2-engine.js'
import { Argon2Kdf } from './argon2-kdf.js'
import type { Argon2Parameters, Argon2Preset } from './argon2-parameters.js'
import { functionsOf, needsPackage } from './load-peer.js'
import type { PasswordKdf } from './password-kdf.js'

const VERSIONS: Readonly<Record<16 | 19, 0 | 1>> = { 16: 0, 19: 1 }

/**
 * argon2id by the package [@node-rs/argon2](https://github.com/napi-rs/node-rs), which is imported at the first use: the
 * fastest of the three, and without an install script. The same texts as {@link argon2id}.
 *
 * @example
 * const passwords = createPasswords({ kdf: nodeRsArgon2() })
 *
 * @throws InvalidOptionError for parameters below each row of OWASP's table. The first use rejects with an UnsupportedError
 * that names the install command where the package is not there.
 * @see RFC 9106
 */
export function nodeRsArgon2(cost: Argon2Preset | Argon2Parameters = 'balanced'): PasswordKdf {
  return new Argon2Kdf(NODE_RS_ENGINE, cost)
}

/** For tests with vectors; no part of the package's face. */
export const NODE_RS_ENGINE: Argon2Engine = {
  name: 'nodeRsArgon2',
  versions: [16, 19],
  async run(password: Uint8Array, job: Argon2Job): Promise<Uint8Array> {
    const failed = needsPackage('nodeRsArgon2', '@node-rs/argon2')
    const { hashRaw } = functionsOf(await import('@node-rs/argon2').catch(failed))
    return hashRaw(password, {
      algorithm: ARGON2_TYPES[job.variant],
      version: VERSIONS[job.version],
      memoryCost: job.memory,
      timeCost: job.passes,
      parallelism: job.parallelism,
      outputLen: job.tagLength,
      salt: job.salt,
      ...(job.secret && { secret: job.secret }),
    })
  },
}
