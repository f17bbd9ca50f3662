import { UnsupportedError } from '@base/core/errors'
import { type NodeCrypto, nodeCrypto } from '../../tokens/keys/node-crypto.js'
import type { Argon2Engine, Argon2Job } from './argon2-engine.js'
import { Argon2Kdf } from './argon2-kdf.js'
import type { Argon2Parameters, Argon2Preset } from './argon2-parameters.js'
import type { PasswordKdf } from './password-kdf.js'

/**
 * argon2id by Node itself, from 24.7 on: no package to install. It runs on the threads of libuv's pool. The same texts as
 * {@link argon2id}, except that it does not read those of argon2 1.2 (`v=16`).
 *
 * @example
 * const passwords = createPasswords({ kdf: nodeArgon2() })
 *
 * @throws InvalidOptionError for parameters below each row of OWASP's table; UnsupportedError on a runtime without
 * `crypto.argon2`.
 * @see RFC 9106
 */
export function nodeArgon2(cost: Argon2Preset | Argon2Parameters = 'balanced'): PasswordKdf {
  requireArgon2()
  return new Argon2Kdf(NODE_ENGINE, cost)
}

/** For tests with vectors; no part of the package's face. */
export const NODE_ENGINE: Argon2Engine = {
  name: 'nodeArgon2',
  versions: [19],
  run(message: Uint8Array, job: Argon2Job): Promise<Uint8Array> {
    const argon2 = requireArgon2()
    const { variant, version: _, salt: nonce, ...rest } = job
    return new Promise((resolve, reject) => {
      argon2(variant, { message, nonce, ...rest }, (error, tag) => (error ? reject(error) : resolve(tag)))
    })
  },
}

function requireArgon2(): NodeCrypto['argon2'] {
  const argon2 = (nodeCrypto() as Partial<NodeCrypto> | undefined)?.argon2
  if (typeof argon2 === 'function') return argon2
  throw new UnsupportedError({
    message: '@base/auth nodeArgon2 needs Node 24.7 or later; argon2id() and nodeRsArgon2() do not.',
  })
}
