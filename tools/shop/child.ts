import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'

/** How much of what it says last is kept, in characters. */
const KEPT = 4_000
/** How long it may take to stop before it is killed, in milliseconds. */
const PATIENCE = 15_000

/** A program in a process of its own, whose words on standard error are there for whoever asks why it failed. */
export class Child {
  readonly process: ChildProcess
  readonly #ended: Promise<unknown>
  #errors = ''

  /** @param flags those of Node, before the file. */
  constructor(file: string, flags: readonly string[], options: SpawnOptions) {
    this.process = spawn(process.execPath, [...flags, file], options)
    this.#ended = once(this.process, 'close')
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-KEPT)
    })
  }

  get isRunning(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null
  }

  /** What it has said on standard error. */
  get errors(): string {
    return this.#errors
  }

  /** Asks it to stop, and waits until it has. @returns its exit code; `null` where it had to be killed. */
  async stop(): Promise<number | null> {
    if (this.isRunning) {
      this.process.kill('SIGTERM')
      const impatience = setTimeout(() => this.process.kill('SIGKILL'), PATIENCE)
      await this.#ended
      clearTimeout(impatience)
    }
    return this.process.exitCode
  }
}
