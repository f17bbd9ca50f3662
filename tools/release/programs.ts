/** What a user writes first, as an ES module and as CommonJS; prints `ok`. */
export const PROGRAMS = {
  esm: `import { ok } from '@base/core/result'
import { CircuitBreaker } from '@base/resilience/circuit-breaker'
import { pipeline, Retry } from '@base/resilience'

const policy = pipeline(new Retry({ maxAttempts: 2 }), new CircuitBreaker())
console.log(ok(await policy.execute(async () => 'ok')).value)
`,
  cjs: `const { ok } = require('@base/core/result')
const { CircuitBreaker } = require('@base/resilience/circuit-breaker')
const { pipeline, Retry } = require('@base/resilience')

const policy = pipeline(new Retry({ maxAttempts: 2 }), new CircuitBreaker())
policy.execute(async () => 'ok').then((value) => console.log(ok(value).value))
`,
} as const

/** The same with types, for a compiler. */
export const TYPED = `import { ok, type Result } from '@base/core/result'
import { CircuitBreaker, CircuitOpenError } from '@base/resilience/circuit-breaker'

const breaker: CircuitBreaker = new CircuitBreaker({ recoveryTimeout: '10s' })
export const answer: Promise<Result<number, never>> = breaker.execute(async () => ok(7))
export const isOpen = (error: unknown): error is CircuitOpenError => error instanceof CircuitOpenError
// @ts-expect-error: no such option
new CircuitBreaker({ recoveryTime: 1 })
`
