import { TestClock } from '@base/core/testing'
import { AUDIENCE, GOOD, ISSUER, type Pair, pairOf, sign } from '../fixtures/forge.js'
import { createVerifier, type TokenKey, type Verifier, type VerifierOptions } from '../index.js'

const pair: Pair = pairOf('ES256')

/** The key that every verifier of {@link verifierWith} has. */
export const publicKey: TokenKey = pair.publicKey

/** A token that is signed with it. */
export function token(
  claims: Readonly<Record<string, unknown>> | string = GOOD,
  header: object = {},
): Promise<string> {
  return sign(pair.privateObject, { alg: 'ES256', typ: 'at+jwt', kid: publicKey.kid, ...header }, claims)
}

/** Good claims but for one that is missing. */
export function without(claim: string): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(GOOD).filter(([name]) => name !== claim))
}

export function verifierWith(
  options: Partial<VerifierOptions> = {},
  clock: TestClock = new TestClock(),
): Verifier {
  return createVerifier({
    issuer: ISSUER,
    audience: AUDIENCE,
    algorithms: ['ES256'],
    keys: publicKey,
    clock,
    ...options,
  } as VerifierOptions<'at+jwt'>)
}
