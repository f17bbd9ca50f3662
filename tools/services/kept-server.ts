import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import type { Address, ServerRequest } from './kinds.ts'

/**
 * A server of our own, from the side of the process that uses it. It goes when this process does, however it ends:
 * a keeper beside it watches. It does not keep this process from ending.
 */
export class KeptServer implements AsyncDisposable {
  readonly #keeper: ChildProcess
  readonly #answers: AsyncIterator<string>
  #address: Address | undefined
  #queue: Promise<unknown> = Promise.resolve()

  private constructor(keeper: ChildProcess, lines: Interface) {
    this.#keeper = keeper
    this.#answers = lines[Symbol.asyncIterator]()
  }

  /** Resolves when it answers. @throws Error with the end of its log if it cannot be started. */
  static async start(request: ServerRequest): Promise<KeptServer> {
    const keeper = spawn(
      process.execPath,
      [join(import.meta.dirname, 'keeper.ts'), JSON.stringify(request)],
      {
        // A group of its own, so that the terminal's Ctrl-C does not reach it.
        detached: true,
        stdio: ['pipe', 'pipe', 'inherit'],
        env: { ...process.env, NODE_OPTIONS: '', NODE_NO_WARNINGS: '1' },
      },
    )
    keeper.unref()
    keeper.stdin.on('error', () => undefined)
    const server = new KeptServer(keeper, createInterface({ input: keeper.stdout }))
    try {
      server.#address = await server.#listen()
    } catch (error) {
      await server.close()
      throw error
    }
    return server
  }

  /** The same for as long as it lives, also while it is stopped. */
  get address(): Address {
    if (this.#address === undefined) throw new Error('The server was not started.')
    return this.#address
  }

  /** Starts it again on its port, with its data. */
  async start(): Promise<void> {
    await this.#ask('start')
  }

  /** Lets it finish and waits until it is gone. Its data stays. */
  async stop(): Promise<void> {
    await this.#ask('stop')
  }

  /** `stop()`, then `start()`. */
  async restart(): Promise<void> {
    await this.#ask('restart')
  }

  /** `kill -9` for all its processes. Resolves when they are gone. Its data is what had reached the disk. */
  async kill(): Promise<void> {
    await this.#ask('kill')
  }

  /** Freezes it, as `SIGSTOP` does. */
  async pause(): Promise<void> {
    await this.#ask('pause')
  }

  /** Lets it go on. */
  async resume(): Promise<void> {
    await this.#ask('resume')
  }

  /** Ends it and removes its data. Idempotent. */
  async close(): Promise<void> {
    const { exitCode, signalCode } = this.#keeper
    if (exitCode !== null || signalCode !== null) return
    const gone = once(this.#keeper, 'exit')
    this.#keeper.ref()
    this.#keeper.stdin?.end()
    await gone
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #ask(command: string): Promise<unknown> {
    const asked = this.#queue.then(() => {
      this.#keeper.stdin?.write(`${command}\n`)
      return this.#listen()
    })
    this.#queue = asked.catch(() => undefined)
    return asked
  }

  /** Keeps this process alive while it waits, and only then. */
  async #listen(): Promise<Address | undefined> {
    const pipe = this.#keeper.stdout as Socket
    pipe.ref()
    const { value, done } = await this.#answers.next()
    pipe.unref()
    if (done === true) throw new Error('The keeper of the server has ended.')
    const { address, error } = JSON.parse(value) as { address?: Address; error?: string }
    if (error !== undefined) throw new Error(error)
    return address
  }
}
