import { expect, test } from 'vitest'
import { memoryLogger } from './index.js'

test('an option that is undefined says nothing', () => {
  const memory = memoryLogger({ service: undefined as never, level: undefined })
  memory.logger.trace('x')
  expect(memory.lines).toMatchObject([{ service: 'test', level: 10, msg: 'x' }])
})
