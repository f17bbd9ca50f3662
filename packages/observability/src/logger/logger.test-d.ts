import { describe, expectTypeOf, test } from 'vitest'
import { memoryLogger } from '../testing/index.js'
import { createLogger, type Logger } from './index.js'

describe('createLogger', () => {
  test('gives a Logger, whose name comes with it: pino need not be a dependency of who writes it', () => {
    expectTypeOf(createLogger({ service: 'orders' })).toEqualTypeOf<Logger>()
    expectTypeOf(memoryLogger().logger).toEqualTypeOf<Logger>()
  })

  test('whose children are loggers as well, also with levels of their own', () => {
    const logger = createLogger({ service: 'orders' })
    expectTypeOf(logger.child({ module: 'orders' })).toExtend<Logger>()
    expectTypeOf(logger.child({}, { customLevels: { audit: 35 } })).toExtend<Logger<'audit'>>()
  })
})
