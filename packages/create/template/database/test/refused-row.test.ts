import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withFailures } from '@base/drizzle/failures'
import { problemResponse } from '../src/http/problem.ts'

/** What a driver throws for a row that PostgreSQL refuses. */
function refusal(code: string): Error {
  const said = { code, severity: 'ERROR', table: 'notes', constraint: 'notes_rule' }
  return Object.assign(new Error('A row is refused.'), said)
}

for (const [code, status] of [
  ['23505', 409],
  ['23514', 422],
] as const) {
  test(`a caller is told of no table and no constraint: ${status}`, async () => {
    const error: unknown = await withFailures(() => Promise.reject(refusal(code))).catch((thrown) => thrown)
    const answer = problemResponse(error)
    assert.equal(answer.status, status)
    assert.doesNotMatch(await answer.text(), /notes|rule/)
  })
}
