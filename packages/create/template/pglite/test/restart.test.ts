import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ask } from './ask.ts'
import { describeService, startService } from './start-service.ts'

describeService('the database', () => {
  test('has its notes after a restart', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'notes-'))
    t.after(() => rm(folder, { recursive: true }))
    const before = await startService({ DATA_DIR: folder })
    const { body } = await ask(before, 'POST /notes', { text: 'milk' })
    await before.stop()

    const after = await startService({ DATA_DIR: folder })
    const { status } = await ask(after, `GET /notes/${body.id}`)
    await after.stop()
    assert.equal(status, 200)
  })
})
