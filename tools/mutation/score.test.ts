import { expect, test } from 'vitest'
import { scoreOf } from './score.ts'

const withStatuses = (...statuses: string[]) => ({ mutants: statuses.map((status) => ({ status })) })

test('counts what a test noticed, and takes what none reaches for survived', () => {
  const files = {
    'src/retry/retry.ts': withStatuses('Killed', 'Timeout', 'Survived'),
    'src/retry/pause.ts': withStatuses('NoCoverage'),
  }
  expect(scoreOf('retry', { files })).toEqual({ subject: 'retry', mutants: 4, survived: 2, percent: 50 })
})

test('leaves out mutants that do not run, and gives 0 where none is left', () => {
  const files = { 'src/retry/events.ts': withStatuses('CompileError', 'RuntimeError') }
  expect(scoreOf('retry', { files })).toEqual({ subject: 'retry', mutants: 0, survived: 0, percent: 0 })
})
