import { UnsupportedError } from '@base/core/errors'
import { functionsOf } from '../kdf/load-peer.js'
import { byteLength } from '../normalised-password.js'
import type { LegacyVerifier } from './legacy-verifier.js'

/** What bcrypt reads of a password; the rest changes nothing, so it must not be taken as proof. */
const MAX_BYTES = 72
/** 2^16 rounds take some seconds; a row that asks for more is not run. */
const FORM = /^\$2[aby]\$(?:0[4-9]|1[0-6])\$[./A-Za-z0-9]{53}$/

type Compare = (password: string, stored: string) => Promise<boolean>

/**
 * Verifies `$2a$`, `$2b$` and `$2y$` texts of bcrypt with a cost of 4 to 16, by whichever of the packages `@node-rs/bcrypt`,
 * `bcrypt` and `bcryptjs` is there, in this order. `bcryptjs` computes on the main thread, up to 100 ms at a time.
 *
 * A password of more than 72 bytes is refused, as bcrypt reads only the first 72; so is one with U+0000, which these packages
 * read whole, and others only up to there (CVE-2020-7689): a text does not say whose it is. Who had one needs a reset. It
 * costs the same.
 *
 * @example
 * const passwords = createPasswords({ legacy: [bcrypt()] })
 *
 * @throws UnsupportedError from the first use, naming the install command where none of the packages is there.
 */
export function bcrypt(): LegacyVerifier {
  return {
    id: 'bcrypt',
    recognises: (stored) => FORM.test(stored),
    verify: async (password, stored) => {
      const compare = await loadCompare()
      const isWhole = byteLength(password) <= MAX_BYTES && !password.includes('\0')
      // PHP's name of the same, which the package bcrypt does not know.
      const matches = await compare(
        password,
        stored.replace(/^\$2y/, () => '$2b'),
      )
      return matches && isWhole
    },
  }
}

async function loadCompare(): Promise<Compare> {
  const causes: unknown[] = []
  for (const load of PACKAGES) {
    try {
      const { compare } = functionsOf(await load())
      return compare
    } catch (cause) {
      causes.push(cause)
    }
  }
  throw new UnsupportedError({
    message: '@base/auth bcrypt needs a package: npm install @node-rs/bcrypt',
    cause: new AggregateError(causes),
  })
}

/** Each with a `catch` of its own, or bundlers want all of them to be there. */
const PACKAGES: readonly (() => Promise<{ readonly compare: Compare }>)[] = [
  () => import('@node-rs/bcrypt').catch(thrown),
  () => import('bcrypt').catch(thrown),
  () => import('bcryptjs').catch(thrown),
]

function thrown(cause: unknown): never {
  throw cause
}
