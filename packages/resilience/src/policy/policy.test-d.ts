import { expectTypeOf, test } from 'vitest'
import { CircuitBreaker } from '../circuit-breaker/index.js'
import { Fallback } from '../fallback/index.js'
import { pipeline } from '../pipeline/index.js'
import { Retry } from '../retry/index.js'
import type { Policy } from './index.js'

const breaker = new CircuitBreaker()

test('a wrapped function keeps its parameters and its this', () => {
  const wrapped = breaker.wrap(function (this: { id: number }, name: string, times?: number) {
    return `${this.id} ${name} ${times}`
  })
  expectTypeOf(wrapped).parameters.toEqualTypeOf<[string, (number | undefined)?]>()
  expectTypeOf(wrapped).returns.resolves.toEqualTypeOf<string>()
  expectTypeOf<ThisParameterType<typeof wrapped>>().toEqualTypeOf<{ id: number }>()
})

test('only a fallback adds to what a call gives', () => {
  expectTypeOf(breaker.execute(() => 1)).resolves.toEqualTypeOf<number>()
  const prices = pipeline(new Fallback({ fallback: async () => 'none' }), breaker, new Retry())
  expectTypeOf(prices).toExtend<Policy<string>>()
  expectTypeOf(prices.execute(() => 1)).resolves.toEqualTypeOf<number | string>()
})

test('a policy that may answer otherwise is none that may not', () => {
  expectTypeOf<Policy<string>>().not.toExtend<Policy>()
  expectTypeOf<Policy>().toExtend<Policy<string>>()
})

test('events have their payload, and no others have a name', () => {
  breaker.on('stateChange', ({ from, reason }) => {
    expectTypeOf(from).toEqualTypeOf<'closed' | 'open' | 'half_open' | 'isolated' | 'disabled'>()
    expectTypeOf(reason).toExtend<string>()
  })
  // @ts-expect-error: there is no such event
  breaker.on('opened', () => {})
})
