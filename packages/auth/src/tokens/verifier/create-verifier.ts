import { type Clock, systemClock } from '@base/core/clock'
import { type Duration, toMilliseconds } from '@base/core/duration'
import {
  checkInteger,
  checkMethods,
  checkOptions,
  checkText,
  invalidOption,
  type OptionPlace,
} from '@base/core/options'
import { placeOf } from '../../place.js'
import type { AccessClaims, TokenClaims } from '../claims.js'
import { LONGEST, LONGEST_OF_ALL } from '../jws/compact.js'
import { type AlgorithmName, checkAlgorithms } from '../keys/algorithm.js'
import { checkUsable, toKeySource, type VerifierKeys } from '../keys/verifier-keys.js'
import { checkName } from '../opaque/check-name.js'
import type { RevocationStore } from '../revocation/revocation-store.js'
import { type ClaimRules, MOST_SKEW, toMediaType } from './claim-rules.js'
import { TokenJudge } from './token-judge.js'
import type { Verifier } from './verifier.js'

/** What a verifier and a service have in common; checked and read once, at construction. */
export interface JudgingOptions {
  /** The `iss` of every token, compared as it is. */
  readonly issuer: string
  /** Who we are: one of these must be in the `aud` of a token. */
  readonly audience: string | readonly string[]
  /** How far the clock of the issuer may be from ours, up to 5 minutes. @defaultValue '30s' */
  readonly clockSkew?: Duration | undefined
  /** The oldest token that is taken, by its `iat`, whatever its `exp`. @defaultValue none */
  readonly maxTokenAge?: Duration | undefined
  /**
   * How many tokens that were good are remembered, so that their signature is not verified again; an integer from 0, which
   * remembers none. Time and revocation are checked all the same.
   * @defaultValue 1000
   */
  readonly cacheSize?: number | undefined
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
}

/** Options of {@link createVerifier}; checked and read once, at construction. */
export interface VerifierOptions<Typ extends string | null | undefined = string | null>
  extends JudgingOptions {
  /** The algorithms that are allowed: at least one, and HS algorithms only among themselves. There is no default. */
  readonly algorithms: readonly AlgorithmName[]
  /** The keys of the issuer. Of those that do not change, one at least must be for an algorithm of the list, and so must the new ones of a key ring. */
  readonly keys: VerifierKeys
  /**
   * The `typ` in the header of every token, whatever its case. Issuers without RFC 9068 use `'JWT'`, which does not tell an
   * access token from an id token: have an `audience` that only one of them has. `null` takes tokens that have no `typ`, and no
   * others: issuers that leave it out, such as AWS Cognito, do so for tokens of every kind, which their `aud` and `iss` alone
   * tell apart then. Never share key, issuer and audience with tokens that mean something else.
   * @defaultValue 'at+jwt'
   */
  readonly typ?: Typ | undefined
  /**
   * The longest token that is looked at, in characters: an integer from 1 to 65,536. An issuer may write so many groups into a
   * token that it needs more than the default; servers often take no header that long.
   * @defaultValue 8192
   */
  readonly maxLength?: number | undefined
  /**
   * Tokens that were taken back. With it a token is refused whose `sub`, `jti` or `sid` has more than 1,024 bytes of UTF-8, U+0000
   * or a lone surrogate: no store could be asked by it.
   * @defaultValue none are looked for
   */
  readonly revocations?: RevocationStore | undefined
}

/** The claims that a token of that type has. */
export type ClaimsOf<Typ extends string | null | undefined> = Typ extends 'at+jwt' | undefined
  ? AccessClaims
  : TokenClaims

/**
 * Judges the tokens of one issuer.
 *
 * A token passes if it is at most `maxLength` of canonical base64url, signed with an algorithm of the list by the one key that it
 * names, and says the right `typ`, `iss` and `aud` and an `exp` that is not over; for access tokens (`at+jwt`) also `sub`,
 * `client_id`, `iat` and `jti`. Keys in its header, and where it says to fetch some, are ignored. What refuses is in the `code`
 * of the error; the message is the same for all.
 *
 * @example
 * const verifier = createVerifier({
 *   issuer: 'https://login.example.com',
 *   audience: 'https://api.example.com',
 *   algorithms: ['ES256'],
 *   keys: remoteJwks('https://login.example.com/.well-known/jwks.json'),
 * })
 * const result = await verifier.verify(token)
 * if (result.ok) console.log(result.value.sub)
 *
 * @throws InvalidOptionError naming the option.
 * @see RFC 8725bis, RFC 9068
 */
export function createVerifier<const Typ extends string | null | undefined = 'at+jwt'>(
  options: VerifierOptions<Typ>,
): Verifier<ClaimsOf<Typ>> {
  const place = placeOf('createVerifier')
  checkOptions(options, place('options'))
  const { keys, revocations, maxLength = LONGEST } = options
  const algorithms = checkAlgorithms(options.algorithms, place('algorithms'))
  checkUsable(keys, algorithms, place('keys'))
  const judge = new TokenJudge({
    ...judgingParts(options, 'createVerifier', checkTyp(options.typ)),
    source: toKeySource(keys, place('keys')),
    algorithms,
    maxLength: checkInteger(maxLength, { ...place('maxLength'), min: 1, max: LONGEST_OF_ALL }),
    revocations:
      revocations === undefined ? undefined : checkMethods(revocations, ['find'], place('revocations')),
  })
  return judge as Verifier<TokenClaims> as Verifier<ClaimsOf<Typ>>
}

function checkTyp(typ: unknown = 'at+jwt'): string | null {
  return typ === null ? null : toMediaType(checkText(typ, placeOf('createVerifier')('typ')))
}

/** What a verifier and a service check alike. */
export function judgingParts(
  options: JudgingOptions,
  pattern: string,
  typ: string | null,
): { readonly rules: ClaimRules; readonly cacheSize: number; readonly clock: Clock } {
  const place = placeOf(pattern)
  const { clockSkew = '30s', maxTokenAge, cacheSize = 1_000, clock = systemClock } = options
  const skew = toMilliseconds(clockSkew, place('clockSkew'))
  if (skew > MOST_SKEW) throw invalidOption(clockSkew, place('clockSkew'), 'at most 5 minutes')
  return {
    rules: {
      issuer: checkName(options.issuer, place('issuer')),
      audience: checkAudience(options.audience, place('audience')),
      typ,
      clockSkew: skew,
      maxTokenAge:
        maxTokenAge === undefined
          ? undefined
          : toMilliseconds(maxTokenAge, { ...place('maxTokenAge'), positive: true }),
    },
    cacheSize: checkInteger(cacheSize, place('cacheSize')),
    clock: checkMethods(clock, ['now', 'monotonic', 'schedule'], place('clock')),
  }
}

function checkAudience(audience: unknown, place: OptionPlace): readonly string[] {
  const list: readonly unknown[] = Array.isArray(audience) ? audience : [audience]
  if (list.length === 0) throw invalidOption(audience, place, 'a text, or a list of at least one')
  return list.map((one) => checkText(one, place))
}
