import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runMain } from './run-main.ts'

test('a start that fails says why, and ends the process', { timeout: 20_000 }, async (t) => {
  // Compose writes an empty one for a variable that is not set.
  const { said, code } = await runMain(t, { LOG_LEVEL: '' })
  assert.equal(code, 1)
  assert.match(said, /./)
  // It has what it needs to be made, so it is not the configuration that is refused.
  assert.doesNotMatch(said, /The configuration is not valid/)
})
