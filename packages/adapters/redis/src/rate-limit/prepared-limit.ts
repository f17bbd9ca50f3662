import { createHash } from 'node:crypto'
import type { RateLimit } from '@base/resilience/rate-limiter'
import { METERS } from './meter-of.js'
import { type ConsumeScripts, consumeScripts } from './scripts.js'

/** Part of each limit's identity, so that another way of keeping counts never reads those of this one. */
const FORMAT = 2
/** Of base64: 96 bits. */
const IDENTITY_LENGTH = 16

/** One at least, and all in one slot. */
export type Keys = readonly [string, ...string[]]

/** What a limit always needs for its scripts. */
export class PreparedLimit {
  readonly scripts: ConsumeScripts
  /** The first arguments: the numbers of each policy. */
  readonly args: readonly string[]
  readonly #start: string
  readonly #logs: readonly string[]

  constructor(prefix: string, { name, policies }: RateLimit) {
    const meters = policies.map(({ algorithm }) => METERS[algorithm])
    const numbers = policies.map((policy, index) => meters[index]?.numbers(policy) ?? [])
    this.scripts = consumeScripts(meters, numbers)
    this.args = numbers.flat().map(String)
    this.#logs = meters.filter(({ hasLog }) => hasLog).map((_, index) => `:${index}`)
    this.#start = `${prefix}{${identityOf({ name, policies })}:${name}:`
  }

  /**
   * The keys of a key. They share all up to the last brace, and so a slot. An identity is always as long, and says which
   * name follows; so no two keys are joined to the same text.
   */
  keysOf(key: string): Keys {
    const first = `${this.#start}${key}}`
    return [first, ...this.#logs.map((log) => first + log)]
  }
}

function identityOf({ name, policies }: RateLimit): string {
  const facts = policies.map((policy) => [
    policy.name,
    policy.algorithm,
    policy.limit,
    policy.window,
    policy.burst,
  ])
  const text = JSON.stringify([FORMAT, name, facts])
  return createHash('sha256').update(text).digest('base64url').slice(0, IDENTITY_LENGTH)
}
