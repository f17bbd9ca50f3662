import { type Duration, toMilliseconds } from '@base/core/duration'
import { checkOptions, checkSignal } from '@base/core/options'
import { matchesPattern } from '../store/pattern.js'
import type { LoadOptions } from './entry-options.js'
import { checkKey, invalidKey, type Scope } from './scope.js'

/** How entries live, checked, in milliseconds. */
export interface Rules {
  readonly ttl: number
  readonly negativeTtl: number | undefined
  readonly grace: number
  readonly staleWhileRevalidate: number
  readonly softTimeout: number
  readonly hardTimeout: number
  readonly ttlByPattern: readonly (readonly [pattern: string, ttl: number])[]
}

/** The rules of one call. */
export interface CallRules extends Omit<Rules, 'ttlByPattern'> {
  /** As the layers know them. */
  readonly tags: readonly string[]
  readonly signal: AbortSignal | undefined
}

type DurationOption = 'ttl' | 'negativeTtl' | 'grace' | 'staleWhileRevalidate' | 'softTimeout' | 'hardTimeout'

const WHERE = { package: '@base/cache', pattern: 'Cache' } as const
const SIGNAL = { ...WHERE, option: 'signal' } as const

/** A duration, checked: limits are more than 0, and all may be `Infinity`. */
export function checkDuration(value: Duration, option: DurationOption): number {
  const positive = option === 'softTimeout' || option === 'hardTimeout'
  return toMilliseconds(value, { ...WHERE, option, positive, infinity: true })
}

/** That of an option, checked; `otherwise` where it is not given. */
export function durationOf<T extends number | undefined>(
  options: { readonly [Option in DurationOption]?: Duration | undefined },
  option: DurationOption,
  otherwise: T,
): number | T {
  const value = options[option]
  return value === undefined ? otherwise : checkDuration(value, option)
}

function checkTags(tags: readonly string[]): readonly string[] {
  if (!Array.isArray(tags)) throw invalidKey(tags, 'tags', 'an array of texts')
  for (const tag of tags) checkKey(tag, 'tags')
  return tags
}

/**
 * The rules of a call: what it says itself, then what its key says, then the cache.
 *
 * @throws InvalidOptionError naming the first option that is wrong.
 */
export function rulesOf(rules: Rules, scope: Scope, key: string, options: LoadOptions = {}): CallRules {
  checkOptions(options, WHERE)
  const { tags, signal } = options
  const ttl = durationOf(options, 'ttl', undefined) ?? ttlOf(rules, key)
  return {
    ttl: ttl ?? rules.ttl,
    negativeTtl: durationOf(options, 'negativeTtl', negativeTtlOf(rules, ttl)),
    grace: durationOf(options, 'grace', rules.grace),
    staleWhileRevalidate: durationOf(options, 'staleWhileRevalidate', rules.staleWhileRevalidate),
    softTimeout: durationOf(options, 'softTimeout', rules.softTimeout),
    hardTimeout: durationOf(options, 'hardTimeout', rules.hardTimeout),
    tags: tags === undefined ? [] : scopedTags(scope, tags),
    signal: checkSignal(signal, SIGNAL),
  }
}

export function scopedTags(scope: Scope, tags: readonly string[]): string[] {
  return [...new Set(checkTags(tags))].map((tag) => scope.tagOf(tag))
}

/** What the key says. */
function ttlOf(rules: Rules, key: string): number | undefined {
  for (const [pattern, ttl] of rules.ttlByPattern) {
    if (matchesPattern(pattern, key)) return ttl
  }
  return undefined
}

/** The cache's, as far as no `ttl` of the call or the key is shorter. */
function negativeTtlOf({ negativeTtl }: Rules, ttl = Number.POSITIVE_INFINITY): number | undefined {
  return negativeTtl && Math.min(negativeTtl, ttl)
}

/** How long a value is fresh, before jitter. */
export function lifeOf(value: unknown, { ttl, negativeTtl }: Pick<CallRules, 'ttl' | 'negativeTtl'>): number {
  return value === null && negativeTtl !== undefined ? negativeTtl : ttl
}

/** How long after its end an entry may still be of use. */
export function afterlifeOf({ grace, staleWhileRevalidate }: EntryRules): number {
  return Math.max(grace, staleWhileRevalidate)
}

type EntryRules = Pick<CallRules, 'grace' | 'staleWhileRevalidate'>
