import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { giveTo, serverAccount, temporaryFolder } from './account.ts'
import type { Address, PrivateKind, ServerRequest } from './kinds.ts'
import { freePorts } from './ports.ts'
import { postgres } from './postgres.ts'
import { Processes } from './processes.ts'
import { findPrograms } from './programs.ts'
import { prometheus } from './prometheus.ts'
import { rabbitmq } from './rabbitmq.ts'
import type { Place, Recipe } from './recipe.ts'
import { redis } from './redis.ts'

const RECIPES: Readonly<Record<PrivateKind, Recipe>> = { postgres, redis, rabbitmq, prometheus }
const START_TIMEOUT = 90_000
const STOP_TIMEOUT = 30_000
const END_TIMEOUT = 5_000
const PROBE_INTERVAL = 25

/** One server of our own, with its folder and its processes. It lives in a keeper, which removes it. */
export class Server {
  readonly #recipe: Recipe
  readonly #place: Place
  readonly #account = serverAccount()
  readonly #processes: Processes

  private constructor(recipe: Recipe, place: Place) {
    this.#recipe = recipe
    this.#place = place
    this.#processes = new Processes(place.folder, this.#account)
  }

  /** Makes its folder; nothing runs yet. */
  static async create(request: ServerRequest): Promise<Server> {
    const recipe = RECIPES[request.kind]
    const programs = findPrograms(request.kind)
    if (programs === undefined) throw new Error(`The programs of ${request.kind} are not installed.`)
    const ports = await freePorts(recipe.ports)
    const password = randomBytes(12).toString('hex')
    const folder = mkdtempSync(join(temporaryFolder(), `base-${request.kind}-`))
    return new Server(recipe, { folder, ports, programs, request, password })
  }

  get address(): Address {
    return { ...this.#recipe.address(this.#place), log: this.#processes.log }
  }

  /** Fills its folder. Once, before the first start. */
  async prepare(): Promise<void> {
    giveTo(this.#place.folder, this.#account)
    for (const [path, text] of Object.entries(this.#recipe.files(this.#place))) this.#write(path, text)
    for (const command of this.#recipe.prepare(this.#place)) await this.#processes.run(command)
  }

  /** Resolves when it answers. @throws Error with the end of its log if it ends or does not answer. */
  async start(): Promise<void> {
    if (this.#processes.count > 0) throw new Error('The server runs already.')
    for (const command of this.#recipe.processes(this.#place)) this.#processes.spawn(command)
    const problem = await this.#untilItAnswers()
    if (problem === undefined) return
    await this.kill()
    throw this.#processes.failure(problem)
  }

  /** Lets it finish. Resolves when all its processes are gone. */
  async stop(): Promise<void> {
    await this.#processes.signal(this.#recipe.stopSignal, STOP_TIMEOUT)
    await this.#processes.kill()
  }

  /** Ends it as a crash does. Resolves when all its processes are gone. */
  async kill(): Promise<void> {
    await this.#processes.kill()
  }

  /** Freezes it: its connections stand, and nothing answers. */
  pause(): void {
    this.#processes.tell('SIGSTOP')
  }

  /** Lets it go on. */
  resume(): void {
    this.#processes.tell('SIGCONT')
  }

  /** Ends it, at any moment of its life, and removes all that it left. */
  async remove(): Promise<void> {
    this.#processes.close()
    await this.#processes.signal(this.#recipe.endSignal, END_TIMEOUT)
    await this.#processes.kill()
    this.#recipe.release?.(this.#place)
    rmSync(this.#place.folder, { recursive: true, force: true, maxRetries: 10 })
  }

  async #untilItAnswers(): Promise<string | undefined> {
    const deadline = Date.now() + START_TIMEOUT
    for (;;) {
      const answer = await this.#recipe.probe(this.#place).then(
        () => 'ready' as const,
        (error: unknown) => error,
      )
      if (answer === 'ready') return undefined
      const ended = this.#processes.ended()
      if (ended !== undefined) return ended
      if (Date.now() > deadline) return `The server did not answer in time: ${answer}`
      await new Promise((resolve) => setTimeout(resolve, PROBE_INTERVAL))
    }
  }

  #write(path: string, text: string): void {
    const target = join(this.#place.folder, path)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, text)
    chmodSync(target, 0o400)
    giveTo(dirname(target), this.#account)
    giveTo(target, this.#account)
  }
}
