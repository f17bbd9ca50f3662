import { correlationId, runInContext } from '@base/core/context'
import type { Logger } from 'pino'
import { afterEach, expect, test, vi } from 'vitest'
import { memoryLogger } from '../testing/index.js'
import { LineWriter } from './line-writer.js'

afterEach(() => {
  vi.restoreAllMocks()
})

test.each<[string, (logger: Logger, index: number) => void, number]>([
  ['nothing', (logger) => logger.debug(''), 20],
  ['little', (logger, index) => logger.debug({ index }, 'hit'), 20],
  [
    'much by what was bound',
    (logger, index) => logger.child({ note: `${index}`.padEnd(2_500) }).debug('hit'),
    1,
  ],
])('no more lines wait than fit, where each says %s', (_, log, most) => {
  const memory = memoryLogger({ level: 'info', buffer: { size: 4_000 } })
  const write = vi.spyOn(LineWriter.prototype, 'line')
  runInContext([[correlationId, 'a']], () => {
    for (let index = 0; index < 1_000; index++) log(memory.logger, index)
    expect(write).not.toHaveBeenCalled()
    memory.logger.error('failed')
  })
  // Beside those that waited: that lines are missing, and the error.
  expect(write.mock.calls.length - 2).toBeLessThanOrEqual(most)
  expect(memory.lines).toHaveLength(write.mock.calls.length)
})

test('statements and lists of words are no more than held until they are told', () => {
  const memory = memoryLogger({ level: 'info', buffer: {} })
  const write = vi.spyOn(LineWriter.prototype, 'line')
  const said = { sql: 'select 1 '.repeat(200), reasons: ['role:admin', 'owner'], codes: [1, null, true] }
  runInContext([[correlationId, 'a']], () => {
    memory.logger.debug(said, 'told')
    expect(write).not.toHaveBeenCalled()
    memory.logger.error('failed')
  })
  expect(memory.lines[0]).toMatchObject(said)
})
