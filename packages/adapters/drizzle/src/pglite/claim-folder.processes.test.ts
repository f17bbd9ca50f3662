import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testProcesses } from '@base-internal/tools/test-process'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

describe('of processes', () => {
  const start = testProcesses(join(import.meta.dirname, 'test-process.ts'))
  const started = async () => {
    const started = start(folder)
    await started.hear()
    return started
  }
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'claim-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  test('the second is refused, and has the folder once the first was killed', async () => {
    const [first, second] = [await started(), await started()]
    expect(await first.ask('claim')).toBe('claimed')
    expect(await second.ask('claim')).toContain(`is in use by process ${first.child.pid} of`)

    await first.kill()
    expect(await second.ask('claim')).toBe('claimed')
  })

  test('one has it of six that start at once where another was killed', async () => {
    const crashed = await started()
    await crashed.ask('claim')
    await crashed.kill()
    const all = await Promise.all(Array.from({ length: 6 }, started))
    const answers = await Promise.all(all.map((each) => each.ask('claim')))

    expect(answers.filter((answer) => answer === 'claimed')).toHaveLength(1)
    expect(answers.filter((answer) => answer.startsWith('FolderTakenError'))).toHaveLength(5)
  })

  test('one that ends in the middle gives it back', async () => {
    const first = await started()
    await first.ask('claim')
    const ended = once(first.child, 'exit')
    first.tell('exit')
    await ended
    expect(readdirSync(folder)).toEqual([])
  })

  test('one that has nothing else to do ends', async () => {
    const first = await started()
    await first.ask('claim')
    const ended = once(first.child, 'exit')
    first.child.stdin?.end()
    expect(await ended).toEqual([0, null])
    expect(readdirSync(folder)).toEqual([])
  })
})
