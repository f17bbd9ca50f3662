import { type Duration, formatDuration, toMilliseconds } from '@base/core/duration'
import { checkInteger, checkOneOf, checkText, invalidOption } from '@base/core/options'
import { placesOf } from '../policy/place.js'
import type { RateLimitAlgorithm, RateLimitPolicy } from './store.js'

const ALGORITHMS = ['gcra', 'token_bucket', 'sliding_log', 'sliding_window', 'fixed_window'] as const
const UNITS: Readonly<Record<string, Duration>> = { second: '1s', minute: '1m', hour: '1h', day: '1d' }
const MOST = 2 ** 31
/** A hundred years: in microseconds still a whole number. */
const LONGEST = 36_525 * 86_400_000
const FORM = /^(\d{1,10})\/([\w.]+)$/
const PRINTABLE = /^[ -~]{1,64}$/

/** A limit as text: `'100/minute'`, also per `second`, `hour`, `day`, or any duration: `'10/30s'`. Counted by `gcra`. */
export type RateLimitText =
  | `${number}/${'second' | 'minute' | 'hour' | 'day'}`
  | `${number}/${Duration & string}`

/** One limit of a {@link RateLimiter}. */
export interface RateLimitPolicyOptions {
  /** Names it in results and HTTP fields: 1 to 64 printable ASCII characters, unique. @defaultValue such as '100/1m' */
  readonly name?: string | undefined
  /** What may be spent in a window, an integer from 1 to 2^31. */
  readonly limit: number
  /** The window, from 1 ms to 100 years. */
  readonly window: Duration
  /**
   * What may be spent at once, an integer from 1 to 2^31; only for `gcra` and `token_bucket`. Less than the limit
   * spaces calls out, more lets an idle key save up.
   * @defaultValue the limit
   */
  readonly burst?: number | undefined
  /**
   * - `gcra`, the leaky bucket: spends are paced at `limit` per `window`, and up to `burst` may come at once. Exact.
   * - `token_bucket`: the same seen from the other side, `burst` tokens that refill at `limit` per `window`. Exact.
   * - `sliding_log`: never more than `limit` in any window. Exact; remembers each spend of the last window.
   * - `sliding_window`: two counts, aligned to the epoch, and the assumption that the window before was spent evenly.
   *   What it lets through too much is below `limit`, and none where calls are even.
   * - `fixed_window`: one count, aligned to the epoch. Up to twice the limit around the end of a window.
   * @defaultValue 'gcra'
   */
  readonly algorithm?: RateLimitAlgorithm | undefined
}

/** The policies of a limiter, checked and frozen. */
export function checkPolicies(
  policies: RateLimitText | readonly (RateLimitText | RateLimitPolicyOptions)[],
): readonly RateLimitPolicy[] {
  const list = typeof policies === 'string' ? [policies] : policies
  if (!Array.isArray(list) || list.length === 0)
    throw invalidOption(policies, place('policies'), "a text such as '100/minute', or a list of policies")
  const names = new Set<string>()
  return Object.freeze(
    // A hole in the list is no policy either.
    Array.from(list as readonly (RateLimitText | RateLimitPolicyOptions)[], (policy, index) =>
      checkPolicy(policy, typeof policies === 'string' ? 'policies' : `policies[${index}]`, names),
    ),
  )
}

function checkPolicy(
  given: RateLimitText | RateLimitPolicyOptions,
  path: string,
  names: Set<string>,
): RateLimitPolicy {
  const {
    name,
    limit,
    window,
    burst,
    algorithm = 'gcra',
  } = typeof given === 'string' ? parse(given, path) : (given ?? {})
  checkInteger(limit, { ...place(`${path}.limit`), min: 1, max: MOST })
  const milliseconds = toMilliseconds(window as Duration, { ...place(`${path}.window`), positive: true })
  checkInteger(milliseconds, { ...place(`${path}.window`), min: 1, max: LONGEST })
  checkOneOf(algorithm, ALGORITHMS, place(`${path}.algorithm`))
  const isBucket = algorithm === 'gcra' || algorithm === 'token_bucket'
  if (burst !== undefined && !isBucket)
    throw invalidOption(burst, place(`${path}.burst`), `left out with the algorithm '${algorithm}'`)
  return Object.freeze({
    name: checkName(name, `${limit}/${formatDuration(milliseconds)}`, path, names),
    algorithm,
    limit: limit as number,
    window: milliseconds,
    burst:
      burst === undefined
        ? (limit as number)
        : checkInteger(burst, { ...place(`${path}.burst`), min: 1, max: MOST }),
  })
}

function parse(text: string, path: string): RateLimitPolicyOptions {
  const [, limit, unit = ''] = FORM.exec(text) ?? []
  if (limit === undefined) throw invalidOption(text, place(path), "a text such as '100/minute' or '10/30s'")
  const window = Object.hasOwn(UNITS, unit) ? UNITS[unit] : (unit as Duration)
  return { limit: Number(limit), window: window as Duration }
}

/** Names go into HTTP fields, so nothing else than printable ASCII. */
function checkName(name: string | undefined, usual: string, path: string, names: Set<string>): string {
  // Two policies may differ in what their usual name does not say.
  const ours = names.has(usual) ? `${usual}#${names.size + 1}` : usual
  const unique = name === undefined ? ours : name
  const where = place(`${path}.name`)
  if (!PRINTABLE.test(checkText(unique, where)))
    throw invalidOption(name, where, '1 to 64 printable ASCII characters')
  if (names.has(unique)) throw invalidOption(name, where, 'unique among the policies')
  names.add(unique)
  return unique
}

const place = placesOf('RateLimiter')
