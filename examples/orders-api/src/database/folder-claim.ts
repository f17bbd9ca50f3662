import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { ConflictError } from '@base/core/errors'

/** How often a claim is renewed, and how old it is when whoever made it cannot live any more, in milliseconds. */
const RENEWAL = 2_000
const STALE = 10_000

/**
 * Claims a data folder for this process, because two of them on one PGlite folder would destroy it. A claim whose
 * process has died is taken over: at once where that can be seen from here, else once it has not been renewed for 10 s.
 *
 * @returns what gives the claim back.
 * @throws ConflictError `FOLDER_TAKEN`.
 */
export function claimFolder(folder: string): () => void {
  const file = join(folder, 'service.pid')
  takeTurn(folder, () => {
    const owner = readOwner(file)
    if (owner !== undefined && lives(owner))
      throw taken(folder, `process ${owner.pid} of ${owner.host}`, file)
    writeFileSync(file, `${process.pid} ${hostname()}\n`)
  })
  const renewal = setInterval(() => renew(file), RENEWAL).unref()
  return () => {
    clearInterval(renewal)
    rmSync(file, { force: true })
  }
}

/** Two that start at once would both take over what a crash has left. */
function takeTurn(folder: string, claim: () => void): void {
  const turn = join(folder, 'service.pid.turn')
  try {
    writeFileSync(turn, '', { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw taken(folder, 'another process that starts', turn)
  }
  try {
    claim()
  } finally {
    rmSync(turn)
  }
}

interface Owner {
  readonly pid: number
  readonly host: string
  /** When it was seen last, in epoch milliseconds. */
  readonly seenAt: number
}

function readOwner(file: string): Owner | undefined {
  try {
    const [pid = '', host = hostname()] = readFileSync(file, 'utf8').trim().split(' ', 2)
    return { pid: Number.parseInt(pid, 10) || 0, host, seenAt: statSync(file).mtimeMs }
  } catch {
    return undefined
  }
}

function lives({ pid, host, seenAt }: Owner): boolean {
  // Of another machine or container nothing can be asked, and there our own number may be another's: each is number 1.
  if (host !== hostname() || pid === process.pid) return Date.now() - seenAt < STALE
  try {
    return pid !== 0 && process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function renew(file: string): void {
  try {
    utimesSync(file, new Date(), new Date())
  } catch {
    // Somebody has deleted it: the folder is theirs to claim.
  }
}

function taken(folder: string, owner: string, file: string): ConflictError {
  return new ConflictError({
    code: 'FOLDER_TAKEN',
    message: `The data folder ${folder} is in use by ${owner}, or was until some seconds ago: stop it, choose another with DATA_DIR, or start again in ${STALE / 1_000} s. (If that process is something else, delete ${file}.)`,
  })
}
