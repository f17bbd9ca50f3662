import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError, ConflictError, UnavailableError } from '@base/core/errors'
import { problemResponse } from '../src/http/problem.ts'

async function bodyOf(answer: Response) {
  return (await answer.json()) as Readonly<Record<string, unknown>>
}

test('a caller is told what a conflict is about', async () => {
  const error = new ConflictError({ message: 'There are 3 left.', details: { left: 3 } })
  const answer = problemResponse(error)
  assert.equal(answer.status, 409)
  const { detail, details, code } = await bodyOf(answer)
  assert.deepEqual([detail, details, code], ['There are 3 left.', { left: 3 }, 'CONFLICT'])
})

test('a caller is told when to come back, and not from where', async () => {
  const at = '127.0.0.1:54100'
  const error = new UnavailableError({ message: `${at} is away.`, details: { name: at }, retryAfter: 1_500 })
  const answer = problemResponse(error)
  assert.deepEqual([answer.status, answer.headers.get('retry-after')], [503, '2'])
  assert.deepEqual(await bodyOf(answer), {
    type: 'about:blank',
    title: 'Service Unavailable',
    status: 503,
    code: 'UNAVAILABLE',
  })
})

test('a caller is told nothing of a fault of ours', async () => {
  const error = new AppError({ code: 'LEDGER_BROKEN', kind: 'internal', message: 'Account 7 is off by 2.' })
  const { code, detail } = await bodyOf(problemResponse(error))
  assert.deepEqual([code, detail], ['INTERNAL', undefined])
})
