import { type Clock, systemClock } from '@base/core/clock'
import { type Duration, toMilliseconds } from '@base/core/duration'
import { checkMethods, checkText, invalidOption } from '@base/core/options'
import { kindOfSecret } from '../../kind-of-secret.js'
import { placeOf } from '../../place.js'
import { parseUrl } from '../../web-address.js'
import { checkTexts } from '../check-texts.js'
import {
  type Algorithm,
  ASYMMETRIC,
  type AsymmetricAlgorithm,
  checkAlgorithms,
  isSymmetric,
} from '../keys/algorithm.js'
import type { ReplayStore } from './replay-store.js'

/** Options of {@link verifyDpop}. */
export interface VerifyDpopOptions {
  /** The method of the request: `'POST'`. */
  readonly method: string
  /**
   * The URL of the request as the client wrote it, not as a proxy changed it. Query and fragment do not count. Its origin comes
   * out of your configuration: who sends a stolen proof writes the Host header too.
   */
  readonly url: string | URL
  /** Where it is remembered which proofs have come. */
  readonly replays: ReplayStore
  /** The access token that comes with it, at a resource; left out at a token endpoint. @defaultValue none */
  readonly accessToken?: string | undefined
  /**
   * The thumbprint that the proof must have: `claims.cnf?.jkt` of the access token. With an `accessToken` it must be there,
   * for a token that is bound to no key must not pass as one that is.
   * @defaultValue any key
   */
  readonly jkt?: string | undefined
  /** The nonces that the server takes now, if it gives out any: the proof must have one of them. @defaultValue none is needed */
  readonly nonces?: readonly string[] | undefined
  /** The algorithms that are allowed, none with a shared secret. @defaultValue ['EdDSA', 'ES256', 'PS256', 'RS256'] */
  readonly algorithms?: readonly (AsymmetricAlgorithm | 'Ed25519')[] | undefined
  /** How far from now it may have been made, in the past and in the future, 1 s to 300 s. @defaultValue '300s' */
  readonly window?: Duration | undefined
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
}

/** Options that are checked. Durations are milliseconds. */
export interface DpopSettings {
  readonly method: string
  readonly target: URL
  readonly replays: ReplayStore
  readonly accessToken: string | undefined
  readonly jkt: string | undefined
  readonly nonces: readonly string[] | undefined
  readonly algorithms: readonly Algorithm[]
  readonly window: number
  readonly now: number
}

const MOST = 300_000
const LEAST = 1_000

const place = /* @__PURE__ */ placeOf('verifyDpop')

export function readOptions(options: VerifyDpopOptions): DpopSettings {
  const { method, url, replays, accessToken, jkt, nonces, algorithms = ASYMMETRIC } = options ?? {}
  const { window = '300s', clock = systemClock } = options ?? {}
  return {
    method: checkText(method, place('method')),
    target: checkUrl(url),
    replays: checkMethods(replays, ['claim'], place('replays')),
    accessToken: checkAccessToken(accessToken),
    jkt,
    nonces: nonces === undefined ? undefined : checkTexts(nonces, place('nonces')),
    algorithms: checkAsymmetric(algorithms),
    window: checkWindow(window),
    now: checkMethods(clock, ['now'], place('clock')).now(),
  }
}

/** Of null there is a hash too. What came is not shown: it may be a token in something else. */
function checkAccessToken(token: unknown): string | undefined {
  if (token === undefined || typeof token === 'string') return token
  throw invalidOption(kindOfSecret(token), place('accessToken'), 'a text, or left out')
}

function checkUrl(url: unknown): URL {
  const target = parseUrl(url instanceof URL ? url.href : url)
  if (target?.protocol === 'https:' || target?.protocol === 'http:') return target
  throw invalidOption(url, place('url'), 'an absolute URL of http or https')
}

function checkAsymmetric(names: unknown): readonly Algorithm[] {
  const algorithms = checkAlgorithms(names, place('algorithms'))
  if (!algorithms.some(isSymmetric)) return algorithms
  throw invalidOption(names, place('algorithms'), 'without HS algorithms, whose key would be in the proof')
}

function checkWindow(window: Duration): number {
  const milliseconds = toMilliseconds(window, place('window'))
  if (milliseconds >= LEAST && milliseconds <= MOST) return milliseconds
  throw invalidOption(window, place('window'), 'from 1s to 300s')
}
