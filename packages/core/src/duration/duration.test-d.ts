import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { type Duration, isDuration } from './index.js'

describe('Duration', () => {
  test('is a number or a text with a unit', () => {
    expectTypeOf<'30s'>().toExtend<Duration>()
    expectTypeOf<'1.5h'>().toExtend<Duration>()
    expectTypeOf<250>().toExtend<Duration>()
    expectTypeOf<'30'>().not.toExtend<Duration>()
    expectTypeOf<'30w'>().not.toExtend<Duration>()
    expectTypeOf<string>().not.toExtend<Duration>()
    expectTypeOf<bigint>().not.toExtend<Duration>()
  })

  test('is what a schema gives that asks isDuration', () => {
    const schema = z.object({ ttl: z.string().refine(isDuration).default('5m') })
    expectTypeOf<z.infer<typeof schema>['ttl']>().toEqualTypeOf<Exclude<Duration, number>>()
  })

  test('is what a text is that isDuration takes; what it refuses may be anything, and a number stays one', () => {
    const check = (text: string, either: number | string, duration: Duration) => {
      if (isDuration(text)) expectTypeOf(text).toEqualTypeOf<Exclude<Duration, number>>()
      else expectTypeOf(text).toEqualTypeOf<string>()
      if (!isDuration(either)) expectTypeOf(either).toEqualTypeOf<number | string>()
      if (!isDuration(duration)) expectTypeOf(duration).toEqualTypeOf<Duration>()
    }
    expectTypeOf(check).toBeFunction()
  })
})
