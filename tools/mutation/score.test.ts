import { expect, test } from 'vitest'
import { scores } from './score.ts'

const withStatuses = (...statuses: string[]) => ({ mutants: statuses.map((status) => ({ status })) })

test('counts by pattern what a test noticed, and takes what none reaches for survived', () => {
  const files = {
    'src/retry/retry.ts': withStatuses('Killed', 'Timeout', 'Survived'),
    'src/retry/pause.ts': withStatuses('NoCoverage'),
    'src/bulkhead/line.ts': withStatuses('Killed'),
  }
  expect(scores({ files })).toEqual([
    { pattern: 'bulkhead', mutants: 1, survived: 0, percent: 100 },
    { pattern: 'retry', mutants: 4, survived: 2, percent: 50 },
  ])
})

test('leaves out mutants that do not run, and gives 0 where none is left', () => {
  expect(scores({ files: { 'src/retry/events.ts': withStatuses('CompileError', 'RuntimeError') } })).toEqual([
    { pattern: 'retry', mutants: 0, survived: 0, percent: 0 },
  ])
})
