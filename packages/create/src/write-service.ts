import { randomUUID } from 'node:crypto'
import { lstatSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { UsageError } from './usage-error.js'

/** What `git clone` of an empty repository, or `git init`, leaves in a folder. */
const OF_GIT = '.git'

/**
 * Refuses a folder that has something in it, so that nothing is overwritten. The repository of git is let be.
 *
 * @throws UsageError where it is no folder, or has something in it.
 */
export function checkIsFree(folder: string): void {
  const there = lstatSync(folder, { throwIfNoEntry: false })
  if (there === undefined) return
  if (!there.isDirectory()) throw new UsageError(`${folder} is there, and is no folder.`)
  const first = readdirSync(folder).find((name) => name !== OF_GIT)
  if (first !== undefined) throw new UsageError(`The folder ${folder} must be empty, and has ${first} in it.`)
}

/**
 * Writes files into a folder that is not there, or is empty but for a `.git`. They are written into a draft on the same disk first, so that
 * whatever goes wrong leaves nothing.
 *
 * @throws UsageError where something is in it.
 */
export function writeService(folder: string, files: ReadonlyMap<string, string>): void {
  checkIsFree(folder)
  const isThere = lstatSync(folder, { throwIfNoEntry: false }) !== undefined
  const place = isThere ? folder : dirname(folder)
  const made = mkdirSync(place, { recursive: true })
  const draft = join(place, `.${basename(folder)}-${randomUUID()}`)
  try {
    for (const [path, text] of files) {
      const file = join(draft, path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
    }
    // One that is there may be where somebody stands, so it stays.
    if (isThere) moveUp(draft)
    else renameSync(draft, folder)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    if (made !== undefined) rmSync(made, { recursive: true, force: true })
    throw error
  }
}

function moveUp(draft: string): void {
  for (const name of readdirSync(draft)) renameSync(join(draft, name), join(dirname(draft), name))
  rmSync(draft, { recursive: true })
}
