import { expect, test } from 'vitest'
import { type Answer, wrongAnswers } from './answers.ts'
import type { FaultName, Target } from './plan.ts'
import { Windows } from './windows.ts'

const answer = (outcome: string, change: Partial<Answer> = {}): Answer => ({
  route: 'POST /orders',
  instance: 0,
  from: 10_000,
  to: 10_100,
  outcome,
  hasRetryAfter: true,
  signedIn: 0,
  ...change,
})

/** A fault of instance 0, or of what both stand on, from second to second. */
function broken(name: FaultName, target: Target, from: number, to: number): Windows {
  const windows = new Windows()
  windows.open({ name, target, at: 0, lasts: 0, instance: 0 }, from * 1_000).to = to * 1_000
  return windows
}
const CALM = new Windows()
const DATABASE_AWAY = broken('postgres killed', 'postgres', 9, 12)

test.each<[what: string, answer: Answer, windows: Windows]>([
  ['an order', answer('201'), CALM],
  ['a caller who hung up', answer('left'), CALM],
  ['a refusal', answer('409 OUT_OF_STOCK'), CALM],
  ['503 while the database is away', answer('503 UNAVAILABLE'), DATABASE_AWAY],
  ['503 just after', answer('503 UNAVAILABLE', { from: 20_000, to: 20_100 }), DATABASE_AWAY],
  [
    'no answer from an instance that was killed',
    answer('none ECONNRESET'),
    broken('instance killed', 'instance', 9, 11),
  ],
  [
    'an unknown token after Redis has forgotten',
    answer('401 INVALID_TOKEN'),
    broken('redis forgets', 'redis', 9, 9),
  ],
  ['a lock that was given twice after that', answer('409 CONFLICT'), broken('redis forgets', 'redis', 9, 9)],
])('%s is right', (_, given, windows) => {
  expect(wrongAnswers([given], windows)).toEqual([])
})

test.each<[what: string, answer: Answer, windows: Windows]>([
  ['500', answer('500 INTERNAL'), DATABASE_AWAY],
  ['a code that is not documented', answer('503 SOMETHING'), DATABASE_AWAY],
  ['503 in calm', answer('503 UNAVAILABLE'), CALM],
  [
    '503 that does not say when to come back',
    answer('503 UNAVAILABLE', { hasRetryAfter: false }),
    DATABASE_AWAY,
  ],
  ['503 of the gateway while the database is away', answer('503 CIRCUIT_OPEN'), DATABASE_AWAY],
  ['503 long after', answer('503 UNAVAILABLE', { from: 40_000, to: 40_100 }), DATABASE_AWAY],
  ['no answer in calm', answer('none ECONNRESET'), CALM],
  [
    'no answer from the other instance',
    answer('none ECONNRESET', { instance: 1 }),
    broken('instance killed', 'instance', 9, 11),
  ],
  [
    'a request that is cut off by an orderly stop',
    answer('none ECONNRESET'),
    broken('instance restarted', 'instance', 9, 11),
  ],
  ['an unknown token although nothing was forgotten', answer('401 INVALID_TOKEN'), CALM],
  ['a lock that was given twice in calm', answer('409 CONFLICT'), CALM],
  ['an order that is gone', answer('404 NOT_FOUND'), DATABASE_AWAY],
  ['a retry without a time', answer('409 IDEMPOTENCY_IN_PROGRESS', { hasRetryAfter: false }), CALM],
])('%s is wrong', (_, given, windows) => {
  expect(wrongAnswers([given], windows)).toHaveLength(1)
})

test('what is wrong is told by what it was, and where', () => {
  const at = (from: number, instance: 0 | 1) => answer('500 INTERNAL', { from, instance })
  expect(wrongAnswers([at(1_000, 0), at(2_500, 1), answer('503 UNAVAILABLE')], CALM)).toEqual([
    '500 INTERNAL to POST /orders, 2 times: at 1.0 s of instance 0, at 2.5 s of instance 1',
    '503 UNAVAILABLE to POST /orders, 1 times: at 10.0 s of instance 0',
  ])
})
