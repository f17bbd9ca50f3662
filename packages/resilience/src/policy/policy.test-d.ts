import { expectTypeOf, test } from 'vitest'
import { CircuitBreaker } from '../circuit-breaker/index.js'
import { Fallback } from '../fallback/index.js'
import { pipeline } from '../pipeline/index.js'
import { Retry } from '../retry/index.js'
import type { Policy, PolicyFunction } from './index.js'

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

class Traced {
  execute<T>(fn: PolicyFunction<T>): Promise<T> {
    return breaker.execute(fn)
  }

  wrap<This, Args extends unknown[], T>(
    fn: (this: This, ...args: Args) => T | PromiseLike<T>,
  ): (this: This, ...args: Args) => Promise<T> {
    return breaker.wrap(fn)
  }
}

class Stale implements Policy<'old'> {
  execute<T>(_: PolicyFunction<T>): Promise<T | 'old'> {
    return Promise.resolve('old')
  }

  wrap<This, Args extends unknown[], T>(
    _: (this: This, ...args: Args) => T | PromiseLike<T>,
  ): (this: This, ...args: Args) => Promise<T | 'old'> {
    return () => Promise.resolve('old')
  }
}

test("what a fallback adds is not lost beside a policy of somebody else's", () => {
  const prices = pipeline(new Fallback({ fallback: () => 'none' }), new Traced())
  expectTypeOf(prices.execute(() => 1)).resolves.toEqualTypeOf<number | string>()
  expectTypeOf(pipeline(new Traced(), breaker).execute(() => 1)).resolves.toEqualTypeOf<number>()
})

test('what a policy answers without a declaration is not left out', () => {
  expectTypeOf(pipeline(new Stale()).execute(() => 1)).resolves.toBeUnknown()
  class Declared extends Stale {
    declare readonly outType?: (() => 'old') | undefined
  }
  expectTypeOf(pipeline(new Declared(), breaker).execute(() => 1)).resolves.toEqualTypeOf<number | 'old'>()
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
