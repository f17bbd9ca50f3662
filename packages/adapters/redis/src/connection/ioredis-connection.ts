import type { IoredisClient } from './client.js'
import type { Argument, Connection, Reply, SendOptions } from './connection.js'
import { Readiness } from './readiness.js'
import { type Attempt, within } from './within.js'

/** What a `Cluster` has beside a `Redis`. */
interface IoredisCluster extends IoredisClient {
  nodes(role: 'master'): IoredisClient[]
}

/** What a client of `enableAutoPipelining` is used for. */
interface PipeliningClient extends IoredisClient {
  pipeline(): {
    callBuffer(name: string, args: Argument[]): { exec(): Promise<[error?: Error | null, reply?: unknown][]> }
  }
}

/** A `Redis` or `Cluster` of ioredis. */
export class IoredisConnection implements Connection {
  readonly isCluster: boolean
  readonly keyPrefix: string
  readonly #client: IoredisClient
  readonly #readiness: Readiness
  readonly #pipelines: boolean

  constructor(client: IoredisClient) {
    this.#client = client
    this.#readiness = new Readiness(client)
    this.isCluster = 'isCluster' in client && client.isCluster === true
    this.keyPrefix = prefixOf(client)
    this.#pipelines =
      (client as { options?: { enableAutoPipelining?: unknown } }).options?.enableAutoPipelining === true
  }

  get isOpen(): boolean {
    return this.#client.status !== 'wait' && this.#client.status !== 'end'
  }

  send(command: readonly [string, ...Argument[]], options: SendOptions): Promise<Reply> {
    return within(options.timeout, options.signal, (attempt) => this.#send(command, attempt))
  }

  async masters(): Promise<readonly Connection[]> {
    if (!this.isCluster) return [this]
    return (this.#client as IoredisCluster).nodes('master').map((node) => new IoredisConnection(node))
  }

  /** No function that awaits where the client is ready: each await of a call that is so short shows. */
  #send(command: readonly [string, ...Argument[]], attempt: Attempt): Promise<Reply> {
    return this.#client.status === 'ready' ? this.#pass(command, attempt) : this.#sendLater(command, attempt)
  }

  async #sendLater(command: readonly [string, ...Argument[]], attempt: Attempt): Promise<Reply> {
    while (this.#client.status !== 'ready' && !attempt.over) await this.#ready(attempt)
    // Where its caller has had its answer, nothing may run for it now.
    return attempt.over ? null : this.#pass(command, attempt)
  }

  #pass(command: readonly [string, ...Argument[]], attempt: Attempt): Promise<Reply> {
    attempt.outcome = 'unknown'
    const [name, ...args] = command
    if (this.#pipelines) return this.#pipe(name, args)
    return this.#client.callBuffer(name, args) as Promise<Reply>
  }

  /** What ioredis itself puts into a pipeline by `callBuffer` loses its name on the way. */
  async #pipe(name: string, args: Argument[]): Promise<Reply> {
    const [[error, reply] = []] = await (this.#client as PipeliningClient)
      .pipeline()
      .callBuffer(name, args)
      .exec()
    if (error) throw error
    return reply as Reply
  }

  #ready(attempt: Attempt): Promise<void> {
    const client = this.#client
    if (client.status === 'end') return Promise.reject(new Error('The client is closed.'))
    // A client of `lazyConnect` connects with its first command, and this is it.
    if (client.status === 'wait') client.connect().catch(() => {})
    return attempt.waitFor((resume) => this.#readiness.wait(resume))
  }
}

/** ioredis puts it before each key of a command, not before a pattern, and leaves it on the keys of a reply. */
function prefixOf(client: object): string {
  const { options } = client as { options?: { keyPrefix?: unknown; redisOptions?: { keyPrefix?: unknown } } }
  const prefix = options?.keyPrefix ?? options?.redisOptions?.keyPrefix
  return prefix === undefined || prefix === null ? '' : String(prefix)
}
