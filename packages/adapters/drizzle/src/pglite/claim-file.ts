import { FolderTakenError } from './folder-taken-error.js'
import { builtin, lives, type ProcessName, thisProcess } from './machine.js'

/** How old a claim is when whoever made it cannot live any more, in milliseconds, where nobody can ask. */
const STALE = 10_000

/** Those that this thread has. */
const held = new Set<ClaimFile>()

/** The file that says whose a folder is: `pid host id place birth`, renewed as long as that process lives. */
export class ClaimFile {
  readonly #folder: string
  readonly #file: string
  readonly #turn: string
  readonly #text: string

  constructor(folder: string) {
    const { join, resolve } = builtin('node:path')
    // The process may change its directory.
    this.#folder = resolve(folder)
    this.#file = join(this.#folder, 'service.pid')
    this.#turn = `${this.#file}.turn`
    const { pid, host, place, birth } = thisProcess()
    this.#text = `${pid} ${host} ${crypto.randomUUID()} ${place} ${birth}\n`
  }

  /** Makes the folder if it is missing, and claims it until it is removed or the process ends. @throws FolderTakenError */
  take(): void {
    const { mkdirSync, rmSync, statSync, writeFileSync } = builtin('node:fs')
    mkdirSync(this.#folder, { recursive: true })
    this.#takeTurn()
    try {
      // The time is that of the file system, as of the claim.
      this.#refuseWhereTaken(statSync(this.#turn).mtimeMs)
      writeFileSync(this.#file, this.#text)
    } finally {
      rmSync(this.#turn, { force: true })
    }
    if (held.size === 0) process.on('exit', removeAll)
    held.add(this)
  }

  /** Says that this process lives still. @throws FolderTakenError where another has taken the folder over. */
  renew(): void {
    const found = this.#read()
    if (found === this.#text) this.#write()
    // One that somebody has deleted is nobody's until it is claimed again.
    else if (found !== '') {
      const message = `The folder ${this.#folder} was taken over by another process, for this one did not renew its claim.`
      throw new FolderTakenError(message, { folder: this.#folder, ...nameIn(found) })
    }
  }

  /** Takes the claim away, if it is this one still. */
  remove(): void {
    held.delete(this)
    if (held.size === 0) process.off('exit', removeAll)
    if (this.#read() !== this.#text) return
    try {
      builtin('node:fs').rmSync(this.#file, { force: true })
    } catch {
      // The folder cannot be written any more: it is as if this process had died.
    }
  }

  /** Two that start at once would both take over what a crash has left. */
  #takeTurn(): void {
    try {
      builtin('node:fs').writeFileSync(this.#turn, '', { flag: 'wx' })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const message = `The folder ${this.#folder} is being claimed. (If by no process that starts, delete ${this.#turn}.)`
      throw new FolderTakenError(message, { folder: this.#folder })
    }
  }

  #refuseWhereTaken(now: number): void {
    const found = this.#read()
    const owner = nameIn(found)
    const { mtimeMs } = builtin('node:fs').statSync(this.#file, { throwIfNoEntry: false }) ?? {}
    // Or it was given back between the two.
    if (owner === undefined || mtimeMs === undefined) return
    const isOurs = [...held].some((claim) => claim.#text === found)
    if (!(isOurs || (lives(owner) ?? Math.abs(now - mtimeMs) < STALE))) return
    const { pid, host } = owner
    const message = `The folder ${this.#folder} is in use by process ${pid} of ${host}, or was until some seconds ago: stop it, take another folder, or start again in ${STALE / 1_000} s. (If that process is something else, delete ${this.#file}.)`
    throw new FolderTakenError(message, { folder: this.#folder, pid, host })
  }

  #read(): string {
    try {
      return builtin('node:fs').readFileSync(this.#file, 'utf8')
    } catch {
      return ''
    }
  }

  /** Writes what is there, in its place: nobody who reads meanwhile finds nothing. */
  #write(): void {
    try {
      builtin('node:fs').writeFileSync(this.#file, this.#text, { flag: 'r+' })
    } catch {
      // Somebody has deleted it.
    }
  }
}

/** One listener for all: Node warns of more than ten. */
function removeAll(): void {
  for (const claim of held) claim.remove()
}

/** Whose a claim is; those of earlier releases and by other hands say a number, perhaps with a host. */
function nameIn(text: string): ProcessName | undefined {
  const [pid = '', host, , place = '', birth = ''] = text.trim().split(' ')
  if (pid === '') return undefined
  return { pid: Number.parseInt(pid, 10) || 0, host: host ?? builtin('node:os').hostname(), place, birth }
}
