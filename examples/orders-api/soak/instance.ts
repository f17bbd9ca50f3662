import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const TELL_MEMORY = fileURLToPath(new URL('tell-memory.mjs', import.meta.url))
const ANSWERS_AT = /^orders-api answers at (http:\/\/[\d.:]+)\./

/** What a process holds, in bytes. */
export interface Memory {
  readonly rss: number
  readonly heapUsed: number
}

/** One of the instances of the service: a process, and after it has ended the next one. */
export class Instance {
  /** Where the latest process answers. */
  url = ''
  /** Whether it was told to stop, so that a load balancer sends nobody there. */
  isLeaving = false
  /** What it wrote that nobody has looked at: what was neither a line of the log nor asked for. */
  readonly errors: string[] = []
  readonly #env: Readonly<Record<string, string>>
  readonly #onLine: (line: string) => void
  #child: ChildProcess | undefined
  #lines: Interface | undefined

  constructor(env: Readonly<Record<string, string>>, onLine: (line: string) => void) {
    this.#env = { PATH: process.env['PATH'] ?? '', NODE_OPTIONS: `--import=${TELL_MEMORY}`, ...env }
    this.#onLine = onLine
  }

  /** Resolves when it answers. @throws Error with its words where it ends before that. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [MAIN], {
      // Where no .env of the reader's machine is.
      cwd: tmpdir(),
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const errors: string[] = []
    child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text))
    const lines = createInterface({ input: child.stdout }).on('line', this.#onLine)
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`It ended with ${code} before it had started: ${errors.join('')}`)
    })
    ended.catch(() => {})
    this.#child = child
    this.#lines = lines
    this.url = await Promise.race([this.hear(ANSWERS_AT), ended])
    // From now on nobody waits for its words.
    child.stderr.on('data', (text: string) => this.errors.push(text))
  }

  /** What the next line that is meant says, in its first group. */
  hear(meant: RegExp): Promise<string> {
    return new Promise((resolve) => {
      const listen = (line: string) => {
        const [, said] = meant.exec(line) ?? []
        if (said === undefined) return
        this.#lines?.off('line', listen)
        resolve(said)
      }
      this.#lines?.on('line', listen)
    })
  }

  tell(signal: NodeJS.Signals): void {
    this.#child?.kill(signal)
  }

  /** Ends it by a signal. @returns its exit code, none where the signal ended it. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return null
    const ended = once(child, 'exit')
    child.kill(signal)
    const [code] = await ended
    return code
  }

  /** What it holds once all garbage is gone. */
  async memory(): Promise<Memory> {
    const told = this.hear(/^\{"memory":(.*)\}$/)
    this.tell('SIGUSR2')
    return JSON.parse(await told) as Memory
  }
}
