import assert from 'node:assert/strict'
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { claimFolder } from '../src/database/claim-folder.ts'

test('a folder belongs to one process, until that gives it back or ends', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'notes-'))
  t.after(() => rm(folder, { recursive: true }))
  const claim = join(folder, 'service.pid')

  await writeFile(claim, String(process.ppid))
  assert.throws(() => claimFolder(folder), { code: 'FOLDER_TAKEN' })

  // A container beside this one, whose claim can only be judged by its age.
  await writeFile(claim, `${process.pid} elsewhere`)
  assert.throws(() => claimFolder(folder), { code: 'FOLDER_TAKEN' })
  await utimes(claim, 0, 0)
  claimFolder(folder)()

  // Higher than any number of a process.
  await writeFile(claim, String(2 ** 30))
  claimFolder(folder)()
  claimFolder(folder)()
})
