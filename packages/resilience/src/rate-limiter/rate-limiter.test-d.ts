import { expectTypeOf, test } from 'vitest'
import {
  type ConsumeOptions,
  RateLimiter,
  type RateLimiterCallOptions,
  type RateLimiterEvents,
} from './index.js'

const limiter = new RateLimiter({ policies: '1/second' })

test('a signal that the caller may not have been given can be passed on', () => {
  const signal = undefined as AbortSignal | undefined
  expectTypeOf(limiter.consume).toBeCallableWith('a', { cost: 2, signal })
  expectTypeOf(limiter.peek).toBeCallableWith('a', { signal })
  expectTypeOf(limiter.reset).toBeCallableWith('a', { signal })
  expectTypeOf(limiter.block).toBeCallableWith('a', '1m', { signal })
})

test('what is made for consume has no other options for the rest', () => {
  expectTypeOf<keyof ConsumeOptions>().toEqualTypeOf<'cost' | 'signal'>()
  expectTypeOf<keyof RateLimiterCallOptions>().toEqualTypeOf<'signal'>()
  // @ts-expect-error: a look costs nothing
  limiter.peek('a', { cost: 1 })
})

test('limited says why', () => {
  expectTypeOf<RateLimiterEvents['limited']['reason']>().toEqualTypeOf<
    'limited' | 'store_failed' | 'queue_full' | 'waited_too_long'
  >()
})
