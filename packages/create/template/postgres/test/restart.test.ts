import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask } from './ask.ts'
import { describeService, startService } from './start-service.ts'

describeService('the database', (service) => {
  test('has its notes after a restart', async () => {
    const before = await startService()
    const { body } = await ask(before, 'POST /notes', { text: 'milk' })
    await before.stop()

    const after = await service()
    assert.equal((await ask(after, `GET /notes/${body.id}`)).status, 200)
  })
})
