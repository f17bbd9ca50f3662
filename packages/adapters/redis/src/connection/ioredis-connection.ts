import type { IoredisClient } from './client.js'
import type { Argument, Connection, Reply, SendOptions } from './connection.js'
import { Readiness } from './readiness.js'
import { type Attempt, within } from './within.js'

/** What a `Cluster` has beside a `Redis`. */
interface IoredisCluster extends IoredisClient {
  nodes(role: 'master'): IoredisClient[]
}

/** What its `callBuffer` uses of itself. */
interface IoredisSender {
  readonly options?: object
  sendCommand(command: object, ...rest: unknown[]): Promise<unknown>
}

/** A `Redis` or `Cluster` of ioredis. */
export class IoredisConnection implements Connection {
  readonly isCluster: boolean
  readonly keyPrefix: string
  readonly #client: IoredisClient
  readonly #once: IoredisClient
  readonly #readiness: Readiness

  constructor(client: IoredisClient) {
    this.#client = client
    this.#once = sendingOnce(client)
    this.#readiness = new Readiness(client)
    this.isCluster = 'isCluster' in client && client.isCluster === true
    this.keyPrefix = prefixOf(client)
  }

  get isOpen(): boolean {
    return this.#client.status !== 'wait' && this.#client.status !== 'end'
  }

  send(command: readonly [string, ...Argument[]], options: SendOptions): Promise<Reply> {
    return within(options.timeout, options.signal, (attempt) =>
      this.#send(command, options.once ? this.#once : this.#client, attempt),
    )
  }

  async masters(): Promise<readonly Connection[]> {
    if (!this.isCluster) return [this]
    return (this.#client as IoredisCluster).nodes('master').map((node) => new IoredisConnection(node))
  }

  /** No function that awaits where the client is ready: each await of a call that is so short shows. */
  #send(
    command: readonly [string, ...Argument[]],
    sender: IoredisClient,
    attempt: Attempt,
  ): Promise<Reply> {
    if (this.#client.status === 'ready') return pass(command, sender, attempt)
    return this.#sendLater(command, sender, attempt)
  }

  async #sendLater(
    command: readonly [string, ...Argument[]],
    sender: IoredisClient,
    attempt: Attempt,
  ): Promise<Reply> {
    while (this.#client.status !== 'ready' && !attempt.over) await this.#ready(attempt)
    // Where its caller has had its answer, nothing may run for it now.
    return attempt.over ? null : pass(command, sender, attempt)
  }

  #ready(attempt: Attempt): Promise<void> {
    const client = this.#client
    if (client.status === 'end') return Promise.reject(new Error('The client is closed.'))
    // A client of `lazyConnect` connects with its first command, and this is it.
    if (client.status === 'wait') client.connect().catch(() => {})
    return attempt.waitFor((resume) => this.#readiness.wait(resume))
  }
}

function pass(
  [name, ...args]: readonly [string, ...Argument[]],
  sender: IoredisClient,
  attempt: Attempt,
): Promise<Reply> {
  attempt.outcome = 'unknown'
  return sender.callBuffer(name, args) as Promise<Reply>
}

/** ioredis puts it before each key of a command, not before a pattern, and leaves it on the keys of a reply. */
function prefixOf(client: object): string {
  const { options } = client as { options?: { keyPrefix?: unknown; redisOptions?: { keyPrefix?: unknown } } }
  const prefix = options?.keyPrefix ?? options?.redisOptions?.keyPrefix
  return prefix === undefined || prefix === null ? '' : String(prefix)
}

/**
 * The client, but for its habit to send what was not answered again once it has reconnected: of a pipeline that was
 * answered in part it never sends the rest, and each of these commands looks like a part of such a pipeline.
 */
function sendingOnce(client: IoredisClient): IoredisClient {
  const sender = client as unknown as IoredisSender
  return Object.create(client, {
    // A pipeline that gathers commands by itself would be sent again as a whole.
    options: { value: Object.create(sender.options ?? null, { enableAutoPipelining: { value: false } }) },
    sendCommand: {
      value: (command: { pipelineIndex?: number }, ...rest: unknown[]) => {
        command.pipelineIndex = -1
        return sender.sendCommand(command, ...rest)
      },
    },
  }) as IoredisClient
}
