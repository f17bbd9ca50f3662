import { randomUUID } from 'node:crypto'
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { ConflictError } from '@base/core/errors'

/** How often a claim is renewed, and how old it is when whoever made it cannot live any more, in milliseconds. */
const RENEWAL = 2_000
const STALE = 10_000

/**
 * Makes a folder, and claims it for this process, because two of them on one database would destroy it. A claim whose
 * process has died is taken over: at once where that can be seen from here, else once it has not been renewed for 10 s;
 * `onLost` is called where that happened to this one. Returns what gives it back, as the end of the process does.
 */
export function claimFolder(folder: string, onLost: () => void = () => end(folder)): () => void {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'service.pid')
  const claim = `${process.pid} ${hostname()} ${randomUUID()}\n`
  takeTurn(folder, (now) => {
    const owner = readOwner(file)
    if (owner !== undefined && lives(owner, now)) throw taken(folder, owner, file)
    writeFileSync(file, claim)
  })
  const renewal = setInterval(() => {
    const found = textOf(file)
    if (found === claim) renew(file, claim)
    else if (found !== '') onLost()
  }, RENEWAL).unref()
  const release = () => {
    clearInterval(renewal)
    process.off('exit', release)
    if (textOf(file) === claim) rmSync(file, { force: true })
  }
  process.on('exit', release)
  return release
}

/** Two that start at once would both take over what a crash has left. The time is that of the file system, as of the claim. */
function takeTurn(folder: string, claim: (now: number) => void): void {
  const turn = join(folder, 'service.pid.turn')
  try {
    writeFileSync(turn, '', { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw refusal(`${folder} is being claimed. (If by no process that starts, delete ${turn}.)`)
  }
  try {
    claim(statSync(turn).mtimeMs)
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
  const [pid = '', host = hostname()] = textOf(file).trim().split(' ')
  return pid === '' ? undefined : { pid: Number.parseInt(pid, 10) || 0, host, seenAt: statSync(file).mtimeMs }
}

function lives({ pid, host, seenAt }: Owner, now: number): boolean {
  // Of another machine or container nothing can be asked, and there our own number may be another's: each is number 1.
  if (host !== hostname() || pid === process.pid) return Math.abs(now - seenAt) < STALE
  try {
    return pid !== 0 && process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Writes what is there, in its place: nobody who reads meanwhile finds nothing. */
function renew(file: string, claim: string): void {
  try {
    const open = openSync(file, 'r+')
    writeSync(open, claim, 0)
    closeSync(open)
  } catch {
    // Somebody has deleted it: the folder is theirs to claim.
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** At once: whatever this process wrote from now on would destroy what another writes. */
function end(folder: string): void {
  console.error(`${folder} was taken over by another process, for this one did not renew its claim.`)
  process.exit(1)
}

function taken(folder: string, { pid, host }: Owner, file: string): ConflictError {
  return refusal(
    `${folder} is in use by process ${pid} of ${host}, or was until some seconds ago: stop it, or start again in ${STALE / 1_000} s. (If it is something else, delete ${file}.)`,
  )
}

function refusal(message: string): ConflictError {
  return new ConflictError({ code: 'FOLDER_TAKEN', message })
}
