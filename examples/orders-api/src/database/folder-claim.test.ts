import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConflictError } from '@base/core/errors'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { claimFolder } from './folder-claim.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orders-claim-'))
  file = join(folder, 'service.pid')
})
afterEach(() => rmSync(folder, { recursive: true }))

const owner = () => Number.parseInt(readFileSync(file, 'utf8'), 10)
/** The claim was renewed last so many seconds ago. */
const age = (seconds: number) => utimesSync(file, Date.now() / 1_000 - seconds, Date.now() / 1_000 - seconds)

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
    ['of another machine, or of a container', '1 elsewhere'],
    ['of our own number: it may be that of a container beside us', `${process.pid} ${hostname()}`],
  ])('is refused while a claim %s is renewed, and taken over when it is not', (_, content) => {
    writeFileSync(file, content)
    age(5)
    expect(() => claimFolder(folder)).toThrow(ConflictError)

    // Set back since, a clock says that it comes.
    for (const seconds of [15, -15]) {
      writeFileSync(file, content)
      age(seconds)
      claimFolder(folder)()
    }
  })

  test('is refused while another takes it over', () => {
    writeFileSync(file, '4194304999')
    writeFileSync(`${file}.turn`, '')

    expect(() => claimFolder(folder)).toThrow(`delete ${file}.turn`)
    expect(owner()).toBe(4194304999)
  })

  test.each([
    ['of a process that died', '4194304999\n'],
    ['of one that died on this machine', `4194304999 ${hostname()}`],
    ['that a crash left empty', ''],
  ])('is taken over from a claim %s', (_, content) => {
    writeFileSync(file, content)
    const release = claimFolder(folder)

    expect(owner()).toBe(process.pid)
    expect(readdirSync(folder)).toEqual(['service.pid'])
    release()
  })

  describe('that is renewed', () => {
    beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
    afterEach(() => void vi.useRealTimers())

    test('stays claimed', () => {
      const release = claimFolder(folder)
      age(15)
      vi.advanceTimersByTime(2_000)
      expect(() => claimFolder(folder)).toThrow(ConflictError)

      rmSync(file)
      vi.advanceTimersByTime(2_000)
      release()
    })

    test('is lost to who took it over, and is not renewed or given back for it', () => {
      const lost = vi.fn()
      const release = claimFolder(folder, lost)
      writeFileSync(file, '1 elsewhere')
      age(5)
      vi.advanceTimersByTime(2_000)
      expect(lost).toHaveBeenCalledOnce()
      release()
      expect(Date.now() - statSync(file).mtimeMs).toBeGreaterThan(4_000)
    })
  })

  test('is given back by a process that ends', () => {
    const module = JSON.stringify(join(import.meta.dirname, 'folder-claim.ts'))
    const code = `const { claimFolder } = await import(${module}); claimFolder(${JSON.stringify(folder)}); throw new Error('of the start')`
    const { stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
    })
    expect(stderr).toContain('of the start')
    expect(readdirSync(folder)).toEqual([])
  })
})
