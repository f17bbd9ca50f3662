import { diagnosticsChannel, diagnosticsSources } from '@base/core/diagnostics'
import { ask } from '../policy/ask.js'
import type { CallContext } from '../policy/call-context.js'
import { adopt, type Engine, type Next } from '../policy/engine.js'
import { isError } from '../policy/is-error.js'
import { Observers } from '../policy/observers.js'
import type { PolicyContext } from '../policy/policy.js'
import { read } from '../policy/read.js'
import { readingOf } from '../policy/reading.js'
import type { FallbackEvents } from './events.js'

const channels = { fallback: /* @__PURE__ */ diagnosticsChannel('base:resilience:fallback:fallback') }

const sources = /* @__PURE__ */ diagnosticsSources<FallbackEngine>('base:resilience:fallback', readingOf)

/** The options of a {@link Fallback}, checked and complete. */
export interface FallbackRules {
  readonly name: string
  readonly fallback: (error: unknown, ctx: PolicyContext) => unknown
  readonly handle: (error: unknown) => boolean
}

/** What a {@link Fallback} has counted since it was made. */
export interface FallbackStats {
  /** Calls that began. */
  readonly calls: number
  /** Those that the fallback answered. */
  readonly fallbacks: number
}

export class FallbackEngine implements Engine {
  readonly kind = 'fallback'
  readonly rules: FallbackRules
  readonly observers: Observers<FallbackEvents> = new Observers('Fallback', channels)
  #calls = 0
  #fallbacks = 0

  constructor(rules: FallbackRules) {
    this.rules = rules
    sources.add(this)
  }

  get stats(): FallbackStats {
    return { calls: this.#calls, fallbacks: this.#fallbacks }
  }

  run(next: Next, ctx: CallContext): unknown {
    this.#calls++
    let result: unknown
    try {
      result = next(ctx)
    } catch (error) {
      return this.#answer(error, ctx)
    }
    if (!(result instanceof Promise)) return result
    return result.then(undefined, (error: unknown) => this.#answer(error, ctx))
  }

  #answer(error: unknown, ctx: CallContext): unknown {
    const { fallback, handle, name } = this.rules
    if (ctx.aborted || !ask('Fallback', 'handle', () => handle(error), false)) throw error
    const answered = (answer: unknown): unknown => {
      this.#fallbacks++
      this.observers.tell('fallback', { name, error })
      return answer
    }
    const failed = (second: unknown): never => {
      throw read(() => withCause(second, error), second)
    }
    let answer: unknown
    try {
      answer = adopt(fallback(error, ctx))
    } catch (second) {
      return failed(second)
    }
    return answer instanceof Promise ? answer.then(answered, failed) : answered(answer)
  }
}

/** Causes that are looked through: there may be a circle among them. */
const DEPTH = 100

/** The causes that errors have from here: one that is thrown each time gets that of each call. */
const given = /* @__PURE__ */ new WeakMap<Error, unknown>()

/** The error of a fallback, which must not hide what it was called for. */
function withCause(error: unknown, cause: unknown): unknown {
  if (
    !isError(error) ||
    (error.cause !== undefined && error.cause !== given.get(error)) ||
    !Object.isExtensible(error) ||
    isAmong(error, cause)
  )
    return error
  given.set(error, cause)
  Object.defineProperty(error, 'cause', {
    value: cause,
    writable: true,
    configurable: true,
    enumerable: false,
  })
  return error
}

/** Whether it is the cause, or what that was caused by: a circle would have no end. */
function isAmong(error: Error, cause: unknown): boolean {
  let link = cause
  for (let depth = 0; depth < DEPTH && isError(link); depth++) {
    if (link === error) return true
    link = link.cause
  }
  return false
}
