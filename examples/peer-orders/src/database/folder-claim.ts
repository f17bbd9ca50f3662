import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { StartError } from '../config.ts'

/**
 * Claims a data folder for this process, because two of them on one PGlite folder would destroy it. A claim whose process
 * has died is taken over.
 *
 * @returns what gives the claim back. @throws StartError where another process has it.
 */
export function claimFolder(folder: string): () => void {
  const file = join(folder, 'service.pid')
  const owner = readOwner(file)
  // Our own id is that of a process before us: in a container every start is number 1.
  if (owner !== process.pid && isAlive(owner)) throw taken(folder, owner)
  rmSync(file, { force: true })
  try {
    writeFileSync(file, `${process.pid}\n`, { flag: 'wx' })
  } catch (error) {
    // Somebody was faster between our look and our claim.
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? taken(folder, readOwner(file)) : error
  }
  return () => rmSync(file, { force: true })
}

function readOwner(file: string): number {
  try {
    return Number.parseInt(readFileSync(file, 'utf8'), 10) || 0
  } catch {
    return 0
  }
}

function isAlive(pid: number): boolean {
  // 0 is nobody; as a signal's target it would be ourselves.
  if (pid === 0) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function taken(folder: string, owner: number): StartError {
  return new StartError(
    `The data folder ${folder} is in use by process ${owner}: stop it, or choose another with DATA_DIR.`,
  )
}
