import { type Duration, toMilliseconds } from '@base/core/duration'
import { checkMethods, checkOptions, invalidOption } from '@base/core/options'
import type { Members } from '../../members.js'
import { placeOf } from '../../place.js'
import { type ServiceKeys, toSigningSource } from '../keys/signing-keys.js'
import { memoryRevocationStore } from '../revocation/memory-revocation-store.js'
import type { RevocationStore } from '../revocation/revocation-store.js'
import { ACCESS_TOKEN } from '../verifier/claim-rules.js'
import { type JudgingOptions, judgingParts } from '../verifier/create-verifier.js'
import { TokenJudge } from '../verifier/token-judge.js'
import { checkOwnClaims, payloadOf } from './access-payload.js'
import { SigningTokenService } from './signing-token-service.js'
import type { AccessInput, TokenService } from './token-service.js'

/** Options of {@link createTokenService}; checked and read once, at construction. */
export interface TokenServiceOptions extends JudgingOptions {
  /** The `aud` of every token that is issued; a token is taken if it has one of them. */
  readonly audience: string | readonly string[]
  /** A key ring, or keys of your own: the first signs, all verify. */
  readonly keys: ServiceKeys
  /** How long a token lives, at least a second. Short is safe: 5 to 15 minutes. @defaultValue '15m' */
  readonly accessTtl?: Duration | undefined
  /**
   * The longest `accessTtl` of any token of the issuer that still lives; at least `accessTtl`. What is revoked is remembered for
   * so long, and a key ring must not retire a key before. Give it after `accessTtl` was shortened, until the longer tokens are
   * over; on all instances before it is raised, or one that does not have the new value yet forgets too early what it revokes;
   * and where several services of one issuer have different ones.
   * @defaultValue accessTtl
   */
  readonly longestTtl?: Duration | undefined
  /** Tokens that were taken back. If it is away, no token is taken. @defaultValue memoryRevocationStore() */
  readonly revocations?: RevocationStore | undefined
  /**
   * Claims of your own in every token, the same for all or made for each, also at each refresh: so look up `roles` and
   * `permissions` here, and one that was taken away is gone with the next token. What `issueAccess` is given wins over them.
   * None of the other claims that the service says itself. Who has the token can read them.
   * @defaultValue none
   */
  readonly claims?: OwnClaims | ((input: AccessInput) => OwnClaims | Promise<OwnClaims>) | undefined
}

/** Claims of your own. */
export type OwnClaims = Members

const PATTERN = 'createTokenService'
const place = /* @__PURE__ */ placeOf(PATTERN)
/** Other services may keep our JWK set for so long: its `max-age`. */
const MAX_AGE = 300_000

/**
 * Issues access tokens (RFC 9068), judges them, and takes them back.
 *
 * A token is judged as by {@link createVerifier}, and is refused if it was revoked, or if all tokens of its subject were, since
 * it was issued. Revocation goes by (`iss`, `jti`) and by an epoch, never by the text of the token, for a token can have
 * several texts that verify.
 *
 * @example
 * const tokens = createTokenService({
 *   issuer: 'https://login.example.com',
 *   audience: 'https://api.example.com',
 *   keys: createKeyRing(),
 * })
 * const { token } = await tokens.issueAccess({ sub: 'user-1', clientId: 'web', scope: 'orders:read' })
 * const result = await tokens.verifyAccess(token)
 * await tokens.revokeAll('user-1')
 *
 * @throws InvalidOptionError naming the option; also for a key ring that retires keys while tokens of theirs live.
 */
export function createTokenService(options: TokenServiceOptions): TokenService {
  checkOptions(options, place('options'))
  const { accessTtl = '15m', longestTtl = accessTtl, claims = {} } = options
  const parts = judgingParts(options, PATTERN, ACCESS_TOKEN)
  const source = toSigningSource(options.keys, place('keys'))
  const ttl = toMilliseconds(accessTtl, place('accessTtl'))
  if (ttl < 1_000) throw invalidOption(accessTtl, place('accessTtl'), 'at least a second')
  const longest = toMilliseconds(longestTtl, place('longestTtl'))
  if (longest < ttl) throw invalidOption(longestTtl, place('longestTtl'), 'at least accessTtl')
  checkRetirement(source.retireAfter, longest + parts.rules.clockSkew + MAX_AGE)
  const { revocations = memoryRevocationStore({ clock: parts.clock }) } = options
  checkMethods(revocations, ['revoke', 'revokeAll', 'find'], place('revocations'))
  return new SigningTokenService({
    ...parts,
    source,
    revocations,
    accessTtl: ttl,
    longestTtl: longest,
    audience: typeof options.audience === 'string' ? options.audience : parts.rules.audience,
    ownClaims: typeof claims === 'function' ? claims : constant(claims),
    judge: new TokenJudge({ ...parts, source, algorithms: source.algorithms, revocations }),
  })
}

/** No key is gone while a token that it signed is still good somewhere. */
function checkRetirement(retireAfter: number | undefined, least: number): void {
  if (retireAfter === undefined || retireAfter >= least) return
  throw invalidOption(
    retireAfter,
    place('keys.retireAfter'),
    `at least ${least} ms: longestTtl (accessTtl, where that is not given), clockSkew and the max-age of the JWK set`,
  )
}

function constant(claims: unknown): () => OwnClaims {
  // A copy as tokens have it: what is changed afterwards, at whatever depth, was never checked.
  const own = JSON.parse(payloadOf({ ...checkOwnClaims(claims, PATTERN) }, PATTERN)) as OwnClaims
  return () => own
}
