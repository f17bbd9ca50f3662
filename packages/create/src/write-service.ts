import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { UsageError } from './usage-error.js'

/**
 * Refuses a folder that has something in it, so that nothing is overwritten.
 *
 * @throws UsageError where it is no folder, or has something in it.
 */
export function checkIsFree(folder: string): void {
  const there = lstatSync(folder, { throwIfNoEntry: false })
  if (there === undefined) return
  if (!there.isDirectory()) throw new UsageError(`${folder} is there, and is no folder.`)
  const [first] = readdirSync(folder)
  if (first !== undefined) throw new UsageError(`The folder ${folder} must be empty, and has ${first} in it.`)
}

/**
 * Writes files into a folder that is not there or is empty: all of them, or none. They are written beside it, and moved.
 *
 * @throws UsageError where something is in it.
 */
export function writeService(folder: string, files: ReadonlyMap<string, string>): void {
  checkIsFree(folder)
  const parent = dirname(folder)
  const made = mkdirSync(parent, { recursive: true })
  const draft = mkdtempSync(join(parent, `.${basename(folder)}-`))
  try {
    for (const [path, text] of files) {
      const file = join(draft, path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
    }
    // Fails where something has come into it meanwhile.
    if (existsSync(folder)) rmdirSync(folder)
    renameSync(draft, folder)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    if (made !== undefined) rmSync(made, { recursive: true, force: true })
    throw error
  }
}
