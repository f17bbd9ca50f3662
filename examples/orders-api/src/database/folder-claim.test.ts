import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConflictError } from '@base/core/errors'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
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

    age(15)
    claimFolder(folder)()
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

  test('stays claimed by who renews it', () => {
    onTestFinished(() => void vi.useRealTimers())
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const release = claimFolder(folder)
    age(15)
    vi.advanceTimersByTime(2_000)
    expect(() => claimFolder(folder)).toThrow(ConflictError)

    rmSync(file)
    vi.advanceTimersByTime(2_000)
    release()
  })
})
