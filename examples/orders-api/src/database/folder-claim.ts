import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConflictError } from '@base/core/errors'

/**
 * Claims a data folder for this process, because two of them on one PGlite folder would destroy it. A claim whose
 * process has died is taken over.
 *
 * @returns what gives the claim back.
 * @throws ConflictError `FOLDER_TAKEN`.
 */
export function claimFolder(folder: string): () => void {
  const file = join(folder, 'service.pid')
  const owner = readOwner(file)
  // Our own id is that of a process before us: in a container every start is number 1.
  if (owner !== undefined && owner !== process.pid && isAlive(owner)) throw taken(folder, owner, file)
  rmSync(file, { force: true })
  writeClaim(file, folder)
  return () => rmSync(file, { force: true })
}

function writeClaim(file: string, folder: string): void {
  try {
    writeFileSync(file, `${process.pid}\n`, { flag: 'wx' })
  } catch (error) {
    // Somebody was faster between our look and our claim.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw taken(folder, readOwner(file), file)
    throw error
  }
}

function readOwner(file: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(file, 'utf8'), 10) || undefined
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function taken(folder: string, owner: number | undefined, file: string): ConflictError {
  return new ConflictError({
    code: 'FOLDER_TAKEN',
    message: `The data folder ${folder} is in use by process ${owner}: stop it, or choose another with DATA_DIR. (If that process is something else, delete ${file}.)`,
  })
}
