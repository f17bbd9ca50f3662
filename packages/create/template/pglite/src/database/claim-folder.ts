import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConflictError } from '@base/core/errors'

/**
 * Makes a folder, and claims it for this process, because two of them on one database would destroy it. A claim whose
 * process has died is taken over. Returns what gives it back.
 */
export function claimFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true })
  const claim = join(folder, 'service.pid')
  const owner = ownerOf(claim)
  // In a container every start has the same number.
  if (owner !== process.pid && isAlive(owner)) {
    const message = `${folder} is in use by process ${owner}: stop it, or delete ${claim} if it is something else.`
    throw new ConflictError({ code: 'FOLDER_TAKEN', message })
  }
  rmSync(claim, { force: true })
  writeFileSync(claim, String(process.pid), { flag: 'wx' })
  return () => rmSync(claim, { force: true })
}

/** 0 for nobody. */
function ownerOf(claim: string): number {
  try {
    return Number.parseInt(readFileSync(claim, 'utf8'), 10) || 0
  } catch {
    return 0
  }
}

function isAlive(pid: number): boolean {
  if (pid === 0) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
