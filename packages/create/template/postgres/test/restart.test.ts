import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask } from './ask.ts'
import { skip, startService } from './start-service.ts'

test('a note is there after a restart', { skip }, async (t) => {
  const before = await startService()
  const { body } = await ask(before, 'POST /notes', { text: 'milk' })
  await before.stop()

  const after = await startService()
  t.after(() => after.stop())
  assert.equal((await ask(after, `GET /notes/${body.id}`)).status, 200)
})
