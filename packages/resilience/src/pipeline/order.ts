import type { EngineKind, Part } from '../policy/engine.js'

/** What is wrong with an order. */
export type PipelineWarningCode =
  /** A circuit breaker around a retry sees one failure where there were many. */
  | 'breaker_outside_retry'
  /** A fallback inside a retry or a breaker answers before they can see that anything failed. */
  | 'fallback_inside'
  /** One breaker, rate limiter or bulkhead is there twice: it counts each call twice, or waits for itself. */
  | 'same_policy_twice'

/** An order of policies that defeats itself. */
export interface PipelineWarning {
  /** For programs. */
  readonly code: PipelineWarningCode
  /** For people: what is wrong, and what to do. */
  readonly message: string
}

const STATEFUL: ReadonlySet<EngineKind> = /* @__PURE__ */ new Set<EngineKind>([
  'circuit-breaker',
  'rate-limiter',
  'bulkhead',
])

/** What an order, the outermost first, does to itself. */
export function judgeOrder(parts: readonly Part[]): PipelineWarning[] {
  const warnings: PipelineWarning[] = []
  if (isInside(parts, 'circuit-breaker', 'retry'))
    warnings.push({
      code: 'breaker_outside_retry',
      message: 'a CircuitBreaker stands outside of a Retry and sees only its last error: put it inside.',
    })
  if (isInside(parts, 'retry', 'fallback') || isInside(parts, 'circuit-breaker', 'fallback'))
    warnings.push({
      code: 'fallback_inside',
      message:
        'a Fallback stands inside of a Retry or CircuitBreaker and hides every failure: put it outermost.',
    })
  const stateful = parts.filter(({ kind }) => STATEFUL.has(kind))
  if (new Set(stateful).size < stateful.length)
    warnings.push({
      code: 'same_policy_twice',
      message:
        'one CircuitBreaker, RateLimiter or Bulkhead is there twice and gets in its own way: take one out.',
    })
  return warnings
}

function isInside(parts: readonly Part[], outer: EngineKind, inner: EngineKind): boolean {
  const from = parts.findIndex(({ kind }) => kind === outer)
  return from >= 0 && parts.slice(from + 1).some(({ kind }) => kind === inner)
}
