import type { Duration } from '@base/core/duration'
import { reveal } from '../store/guarded.js'
import type { Flight } from './flight.js'
import type { Found } from './found.js'
import { type CallRules, checkDuration, scopedTags } from './rules.js'
import type { Scope } from './scope.js'

/** What a loader is given. */
export interface LoadContext<T = unknown> {
  /** The key that is loaded. */
  readonly key: string
  /** Aborts when nobody waits any more, and at the hard timeout. Made when it is read. */
  readonly signal: AbortSignal
  /** The value that has ended, where it is still there: to be asked for changes only, or to be returned once more. */
  readonly previous:
    | {
        /** The value, which may be `undefined`. */
        readonly value: T
      }
    | undefined
  /**
   * How long this value is fresh, in place of the ttl; jitter is taken off. What is computed has to be rounded:
   * `setTtl(Math.max(0, Math.floor(token.expires_in * 1000 * 0.9)))`.
   *
   * @throws InvalidOptionError for a fraction of a millisecond, or less than 0; a loader that does not catch it has failed.
   */
  setTtl(ttl: Duration): void
  /** What this value can be invalidated by, in place of the tags. */
  setTags(tags: readonly string[]): void
  /** The value is returned, and not stored. */
  skip(): void
}

/** What a loader said of its value. */
export interface Verdict {
  ttl: number | undefined
  isSkipped: boolean
}

/** The context of a loader, and where it puts what it says. */
export function loadContext(
  flight: Flight,
  scope: Scope,
  key: string,
  previous: Found | undefined,
  onTags: () => void,
): { readonly context: LoadContext<never>; readonly verdict: Verdict } {
  const verdict: Verdict = { ttl: undefined, isSkipped: false }
  const context: LoadContext<never> = {
    key,
    get signal() {
      return flight.signal
    },
    get previous() {
      return previous && { value: reveal(previous.held) as never }
    },
    setTtl: (ttl) => {
      verdict.ttl = checkDuration(ttl, 'ttl')
    },
    setTags: (tags) => {
      flight.tags = scopedTags(scope, tags)
      onTags()
    },
    skip: () => {
      verdict.isSkipped = true
    },
  }
  return { context, verdict }
}

/** The rules of a value, after what its loader said. */
export function judged(rules: CallRules, { ttl }: Verdict): CallRules {
  return ttl === undefined ? rules : { ...rules, ttl, negativeTtl: undefined }
}
