import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { claimFolder } from './folder-claim.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orders-claim-'))
  file = join(folder, 'service.pid')
})
afterEach(() => rmSync(folder, { recursive: true }))

const owner = () => Number(readFileSync(file, 'utf8'))

describe('a data folder', () => {
  test('is claimed and given back', () => {
    const release = claimFolder(folder)
    expect(owner()).toBe(process.pid)
    release()
    expect(() => owner()).toThrow('ENOENT')
  })

  test('is refused while the process that has it lives', () => {
    writeFileSync(file, String(process.ppid))

    expect(() => claimFolder(folder)).toThrow(`is in use by process ${process.ppid}`)
    expect(owner()).toBe(process.ppid)
  })

  test.each([
    ['of a process that died', '4194304999'],
    ['of our own number, from before a restart', String(process.pid)],
    ['that a crash left empty', ''],
  ])('is taken over from a claim %s', (_, content) => {
    writeFileSync(file, content)
    claimFolder(folder)

    expect(owner()).toBe(process.pid)
  })
})
