import { type Clock, systemClock } from '@base/core/clock'
import { type AppError, isAppError } from '@base/core/errors'
import type { Connection, Reply } from '../connection/connection.js'
import { byName, byText, isUnknownScript, type Script } from '../connection/script.js'
import { extendScript, REMEMBERED, releaseScript, takeScript } from './scripts.js'

/** How long it waits before it asks again what got no answer, in milliseconds. */
const PAUSE = 20

/** For how long at most it tries to give back what nobody waits for any more, in milliseconds. */
const LONGEST_FAREWELL = 10_000

/** What the keys of a lock are made of. */
export interface LeaseKeysParts {
  readonly connection: Connection
  readonly prefix: string
  /** How long an answer may take in all, in milliseconds. */
  readonly timeout: number
  /** By which leases are measured here. */
  readonly clock: Clock
}

/** Who wants a lock: a name that no other lease has, and for how many milliseconds. */
export interface Claim {
  readonly key: string
  readonly holder: string
  readonly ttl: number
}

/** A lease that was taken. */
export interface Taken {
  readonly token: bigint
  /** By the monotonic clock, before the server began to count. */
  readonly askedAt: number
}

/** What is asked. */
interface Question<Answer> {
  readonly script: Script
  readonly key: string
  readonly args: readonly string[]
  readonly timeout: number
  readonly signal?: AbortSignal | undefined
  /** What a number says that was asked for at a time of the monotonic clock. */
  readonly read: (reply: number, askedAt: number) => Answer
  /** Called where nobody will learn the answer. */
  readonly fail?: () => void
  /** Whether a failure may pass in the time that is left. @defaultValue {@link mayPass} */
  readonly mayPass?: (error: unknown) => boolean
}

/**
 * The leases in Redis, a key for each. A question that got no answer, for a connection broke or a master has gone, is asked
 * again in the time that is left; its holder's name makes it the same question.
 */
export class LeaseKeys {
  /** Where releases are told. One channel for all keys, so that whoever listens need not change its subscription. */
  readonly channel: string
  readonly #parts: LeaseKeysParts
  /** In bytes, of what stands before a key on the server. */
  readonly #prefixLength: string

  constructor(parts: LeaseKeysParts) {
    this.#parts = parts
    const prefix = `${parts.connection.keyPrefix}${parts.prefix}`
    this.channel = `${prefix}released`
    this.#prefixLength = `${Buffer.byteLength(prefix)}`
  }

  /** Takes a lease; or for how many milliseconds another holds it. What was taken unawares is given back. */
  take(claim: Claim, listens: boolean, signal: AbortSignal | undefined): Promise<Taken | number> {
    return this.#ask(this.#taking(claim, listens, signal))
  }

  /** The same for who wants it now or not at all: a server that is no master is not asked again until it is one. */
  tryTake(claim: Claim, signal: AbortSignal | undefined): Promise<Taken | number> {
    return this.#ask({ ...this.#taking(claim, false, signal), mayPass: mayPassByItself })
  }

  #taking(claim: Claim, listens: boolean, signal: AbortSignal | undefined): Question<Taken | number> {
    const { key, holder, ttl } = claim
    return {
      script: takeScript,
      key,
      args: listens ? [holder, `${ttl + REMEMBERED}`, '1'] : [holder, `${ttl + REMEMBERED}`],
      timeout: this.#parts.timeout,
      signal,
      read: (reply, askedAt) => (reply > 0 ? { token: BigInt(reply), askedAt } : -reply),
      fail: () => this.forget(claim),
    }
  }

  /** Lets a lease last from now: when that was asked, or `undefined` where it is not held any more. */
  extend({ key, holder, ttl }: Claim, atMost: number): Promise<number | undefined> {
    return this.#ask({
      script: extendScript,
      key,
      args: [holder, `${ttl + REMEMBERED}`],
      timeout: Math.min(this.#parts.timeout, atMost),
      read: (reply, askedAt) => (reply === 1 ? askedAt : undefined),
    })
  }

  /** Gives a lease back; false where another has it. */
  release({ key, holder }: Claim, timeout: number = this.#parts.timeout): Promise<boolean> {
    return this.#ask({
      script: releaseScript,
      key,
      args: [holder, this.#prefixLength],
      timeout,
      read: (reply) => reply === 1,
    })
  }

  /** Gives back, in the background, what may have been taken although nobody learnt it. */
  forget(claim: Claim): void {
    this.release(claim, Math.min(claim.ttl, LONGEST_FAREWELL)).catch(() => {})
  }

  /** Nothing that awaits where the first answer is one: each await of a question that is so short shows. */
  #ask<Answer>(question: Question<Answer>): Promise<Answer> {
    const askedAt = this.#parts.clock.monotonic()
    const answer = this.#send(question, question.timeout)
    const deadline = systemClock.monotonic() + question.timeout
    return answer.then(
      (reply) => question.read(Number(reply), askedAt),
      (error) => this.#askAgain(question, deadline, error),
    )
  }

  async #askAgain<Answer>(question: Question<Answer>, deadline: number, error: unknown): Promise<Answer> {
    try {
      return await this.#repeat(question, deadline, error)
    } catch (last) {
      // Of what was refused at once there is nothing to give back; of what was aborted there may be.
      if (last !== error || outcomeOf(error) !== 'not_done') question.fail?.()
      throw last
    }
  }

  /** Until there is an answer, or a failure that does not pass in the time that is left. */
  async #repeat<Answer>(question: Question<Answer>, deadline: number, failure: unknown): Promise<Answer> {
    const isPassing = question.mayPass ?? mayPass
    for (let error = failure; ; ) {
      const isUnknown = isUnknownScript(error)
      const pause = isUnknown ? 0 : PAUSE
      const left = Math.floor(deadline - systemClock.monotonic()) - pause
      if (left <= 0 || !(isUnknown || isPassing(error))) throw error
      if (pause > 0) await systemClock.sleep(pause, { signal: question.signal })
      const askedAt = this.#parts.clock.monotonic()
      try {
        const reply = await this.#send(question, left, isUnknown ? byText : byName)
        return question.read(Number(reply), askedAt)
      } catch (again) {
        error = again
      }
    }
  }

  #send(
    { script, key, args, signal }: Question<unknown>,
    timeout: number,
    command: typeof byName = byName,
  ): Promise<Reply> {
    const name = this.#parts.prefix + key
    return this.#parts.connection.send(command(script, [name], args), { timeout, signal, key: name })
  }
}

/** Whether it may go better in a moment: a connection broke, or a master is being replaced. */
function mayPass(error: unknown): boolean {
  if (!isAppError(error) || error.kind !== 'unavailable' || error.code === 'REDIS_OUT_OF_MEMORY') return false
  const outcome = outcomeOf(error)
  return outcome === 'unknown' || outcome === 'not_done'
}

/** Whether it may without another server taking over. */
function mayPassByItself(error: unknown): boolean {
  return mayPass(error) && (error as AppError).code !== 'REDIS_READ_ONLY'
}

/** Whether a command was carried out, as far as is known. */
function outcomeOf(error: unknown): unknown {
  return (error as AppError).details?.['outcome']
}
