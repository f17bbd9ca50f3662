import { createHash } from 'node:crypto'
import type { RateLimit } from '@base/resilience/rate-limiter'
import type { Script } from '../connection/script.js'
import { METERS } from './meter-of.js'
import { consumeScript } from './scripts.js'

/** Part of each limit's identity, so that another way of keeping counts never reads those of this one. */
const FORMAT = 1
/** Of base64: 96 bits. */
const IDENTITY_LENGTH = 16

/** What a limit always needs for its script. */
export class PreparedLimit {
  readonly script: Script
  /** The arguments after the order: each policy's kind and numbers. */
  readonly args: readonly string[]
  readonly #start: string
  readonly #logs: readonly string[]

  constructor(prefix: string, { name, policies }: RateLimit) {
    const meters = policies.map(({ algorithm }) => METERS[algorithm])
    this.script = consumeScript(meters)
    this.args = policies.flatMap((policy, index) => {
      const meter = meters[index] as (typeof meters)[number]
      return [meter.kind, ...meter.numbers(policy).map(String)]
    })
    this.#logs = meters.filter(({ hasLog }) => hasLog).map((_, index) => `:${index}`)
    this.#start = `${prefix}{${identityOf({ name, policies })}:${name}:`
  }

  /**
   * The keys of a key. They share all up to the last brace, and so a slot. An identity is always as long, and says which
   * name follows; so no two keys are joined to the same text.
   */
  keysOf(key: string): readonly [string, ...string[]] {
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
