import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { writeService } from './write-service.js'

const FILES = new Map([
  ['.gitignore', 'data/\n'],
  ['src/main.ts', 'export {}\n'],
])

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'base-create-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

describe('writeService', () => {
  test('makes the folder and those above it, and leaves nothing beside it', () => {
    const parent = emptyFolder()
    writeService(join(parent, 'a', 'shop'), FILES)

    expect(readFileSync(join(parent, 'a/shop/src/main.ts'), 'utf8')).toBe('export {}\n')
    expect(readdirSync(join(parent, 'a'))).toEqual(['shop'])
    expect(statSync(join(parent, 'a/shop')).mode).toBe(statSync(join(parent, 'a')).mode)
  })

  test('fills an empty folder, which stays the one that it was', () => {
    const folder = emptyFolder()
    const { ino } = statSync(folder)
    writeService(folder, FILES)

    expect(readdirSync(folder).sort()).toEqual(['.gitignore', 'src'])
    expect(statSync(folder).ino).toBe(ino)
  })

  test('fills a folder that is a repository of git and nothing else', () => {
    const folder = emptyFolder()
    mkdirSync(join(folder, '.git'))
    writeFileSync(join(folder, '.git', 'HEAD'), 'ref: refs/heads/main\n')
    writeService(folder, FILES)

    expect(readdirSync(folder).sort()).toEqual(['.git', '.gitignore', 'src'])
    expect(readdirSync(join(folder, '.git'))).toEqual(['HEAD'])
  })

  test('refuses a folder with something in it, and leaves that alone', () => {
    const folder = emptyFolder()
    writeFileSync(join(folder, '.env'), 'SECRET=1\n')

    expect(() => writeService(folder, FILES)).toThrow(
      `The folder ${folder} must be empty, and has .env in it.`,
    )
    expect(readdirSync(folder)).toEqual(['.env'])
  })

  test('refuses a file, and a link to wherever', () => {
    const parent = emptyFolder()
    writeFileSync(join(parent, 'shop'), '')
    mkdirSync(join(parent, 'elsewhere'))
    symlinkSync(join(parent, 'elsewhere'), join(parent, 'link'))

    for (const name of ['shop', 'link'])
      expect(() => writeService(join(parent, name), FILES)).toThrow('is there, and is no folder.')
    expect(readdirSync(join(parent, 'elsewhere'))).toEqual([])
  })

  test('leaves nothing where one file cannot be written', () => {
    const parent = emptyFolder()
    const broken = new Map([...FILES, ['src/main.ts/x', '']])

    expect(() => writeService(join(parent, 'a', 'shop'), broken)).toThrow(/ENOTDIR|EEXIST/)
    expect(readdirSync(parent)).toEqual([])

    const folder = emptyFolder()
    expect(() => writeService(folder, broken)).toThrow(/ENOTDIR|EEXIST/)
    expect(existsSync(folder)).toBe(true)
    expect(readdirSync(folder)).toEqual([])
  })
})
