import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { ask } from './ask.ts'
import { describeService, environment, startService } from './start-service.ts'

const run = promisify(execFile)

describeService('npm run api-key', () => {
  test('prints a key that lets write', { timeout: 60_000 }, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'notes-'))
    t.after(() => rm(folder, { recursive: true }))
    const { stdout } = await run(process.execPath, ['src/auth/create-key.ts', 'shop'], {
      cwd: join(import.meta.dirname, '..'),
      env: { ...environment, DATA_DIR: folder },
    })
    const { http, stop } = await startService({ DATA_DIR: folder })
    t.after(stop)
    const headers = { authorization: `Bearer ${stdout.trim()}` }
    assert.equal((await ask({ http, headers }, 'POST /notes', { text: 'milk' })).status, 201)
  })
})
