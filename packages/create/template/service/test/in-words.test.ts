import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UnavailableError } from '@base/core/errors'
import { inWords } from '../src/in-words.ts'

test('an error of a block is told with its causes, each once', () => {
  const refused = ['::1', '127.0.0.1'].map((host) => new Error(`connect ECONNREFUSED ${host}:5432`))
  const both = new AggregateError(refused)
  both.cause = both
  const again = new Error('The database does not answer now.', { cause: both })
  const error = new UnavailableError({ message: again.message, cause: again })

  const said =
    'The database does not answer now.\nconnect ECONNREFUSED ::1:5432\nconnect ECONNREFUSED 127.0.0.1:5432'
  assert.equal(inWords(error), said)
})

test('any other error is told whole', () => {
  const error = new TypeError('x is not a function')
  assert.equal(inWords(error), error)
})
