import { describe, expectTypeOf, test } from 'vitest'
import type { Duration } from './index.js'

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
})
