import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Account } from './account.ts'
import { descendants, killAll, killTree, signalAll } from './process-tree.ts'
import type { Command } from './recipe.ts'

const LOG_SHOWN = 3_000

/** The processes of one server, run in its folder as its account. What they print goes to a log there. */
export class Processes {
  readonly #folder: string
  readonly #account: Account | undefined
  #running: ChildProcess[] = []
  #preparing: ChildProcess | undefined
  #closed = false

  constructor(folder: string, account: Account | undefined) {
    this.#folder = folder
    this.#account = account
  }

  /** The file that holds what they print. */
  get log(): string {
    return join(this.#folder, 'log.txt')
  }

  get count(): number {
    return this.#running.length
  }

  /** Runs one to its end. @throws Error with the end of the log unless it succeeds. */
  async run(command: Command): Promise<void> {
    this.#preparing = this.#launch(command)
    await exit(this.#preparing)
    const { exitCode } = this.#preparing
    if (exitCode !== 0) throw this.failure(`${command.program} ended with ${outcome(this.#preparing)}`)
    this.#preparing = undefined
  }

  /** Starts one that runs while the server does. */
  spawn(command: Command): void {
    this.#running.push(this.#launch(command))
  }

  /** Says how one of them has ended, or undefined while all run. */
  ended(): string | undefined {
    const child = this.#running.find(hasExited)
    return child && `${child.spawnfile} ended with ${outcome(child)}`
  }

  /** Signals the last one, the server itself, and waits until it is gone or the time is up. */
  async signal(name: NodeJS.Signals, timeout: number): Promise<void> {
    const server = this.#running.at(-1)
    if (server?.pid === undefined || hasExited(server)) return
    const started = descendants(server.pid)
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(), timeout)
    const gone = once(server, 'exit', { signal: late.signal }).catch(() => undefined)
    server.kill(name)
    await gone
    clearTimeout(timer)
    // What outlives its parent for a moment. If the time is up, kill() follows, and ends the parent too.
    if (hasExited(server)) await killAll(started)
  }

  /** Stops the last one, the server itself, and what it has started, or lets them go on. */
  tell(name: 'SIGSTOP' | 'SIGCONT'): void {
    const server = this.#running.at(-1)
    if (server?.pid === undefined || hasExited(server)) return
    // A stopped server starts nothing meanwhile.
    server.kill(name)
    signalAll(descendants(server.pid), name)
  }

  /** Ends them all, as a crash does. Resolves when they are gone. */
  async kill(): Promise<void> {
    const all = [...this.#running, ...(this.#preparing ? [this.#preparing] : [])]
    await Promise.all(all.filter((child) => !hasExited(child)).map(killTree))
    this.#running = []
  }

  /** Starts no other from now on. */
  close(): void {
    this.#closed = true
  }

  /** An error with the end of the log. */
  failure(message: string): Error {
    return new Error(`${message}.\n${readFileSync(this.log, 'utf8').slice(-LOG_SHOWN).trim()}`)
  }

  #launch({ program, args, env }: Command): ChildProcess {
    if (this.#closed) throw new Error('The server has been removed.')
    const log = openSync(this.log, 'a')
    const child = spawn(program, args, {
      cwd: this.#folder,
      // Nothing of ours, such as PGDATA or a RABBITMQ_ variable, is meant for it.
      env: { PATH: process.env['PATH'], HOME: this.#folder, LANG: 'C.UTF-8', ...env },
      stdio: ['ignore', log, log],
      ...this.#account,
    })
    closeSync(log)
    child.on('error', (error) => writeFileSync(this.log, `${error}\n`, { flag: 'a' }))
    return child
  }
}

function hasExited({ exitCode, signalCode, pid }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null || pid === undefined
}

async function exit(child: ChildProcess): Promise<void> {
  if (!hasExited(child)) await once(child, 'exit').catch(() => undefined)
}

function outcome({ exitCode, signalCode }: ChildProcess): string {
  return signalCode ?? `exit code ${exitCode}`
}
