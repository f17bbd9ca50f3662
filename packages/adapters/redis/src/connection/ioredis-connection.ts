import type { IoredisClient } from './client.js'
import type { Argument, Connection, Reply, SendOptions } from './connection.js'
import { withNumbers } from './numbers.js'
import { Readiness } from './readiness.js'
import { replyName } from './redis-error.js'
import { untilServed } from './until-served.js'
import { type Attempt, within } from './within.js'

/** What a `Cluster` has beside a `Redis`. */
interface IoredisCluster extends IoredisClient {
  nodes(role: 'master'): IoredisClient[]
}

/** What its `callBuffer` makes. */
interface SentCommand {
  pipelineIndex?: number
  reject(error: Error): void
}

/** What its `callBuffer` uses of itself. */
interface IoredisSender {
  readonly options?: object
  /** A cluster has it. */
  refreshSlotsCache?(): void
  sendCommand(command: SentCommand, ...rest: unknown[]): Promise<unknown>
}

type Send = (sender: IoredisSender, command: SentCommand, rest: unknown[]) => Promise<unknown>

/** What it rejects a command with whose connection is gone. */
const CLOSED = 'Connection is closed.'

/** A `Redis` or `Cluster` of ioredis. */
export class IoredisConnection implements Connection {
  readonly isCluster: boolean
  readonly keyPrefix: string
  readonly #client: IoredisClient
  readonly #sender: IoredisClient
  readonly #once: IoredisClient
  readonly #readiness: Readiness

  constructor(client: IoredisClient) {
    this.#client = client
    this.#sender = senderOf(client, send)
    this.#once = senderOf(client, sendOnce)
    this.#readiness = new Readiness(client)
    this.isCluster = 'isCluster' in client && client.isCluster === true
    this.keyPrefix = prefixOf(client)
  }

  get isOpen(): boolean {
    return this.#client.status !== 'wait' && this.#client.status !== 'end'
  }

  send(command: readonly [string, ...Argument[]], options: SendOptions): Promise<Reply> {
    const sender = options.once ? this.#once : this.#sender
    return within(options.timeout, options.signal, (attempt) =>
      this.isCluster
        ? untilServed(attempt, () => this.#send(command, sender, attempt))
        : this.#send(command, sender, attempt),
    )
  }

  async masters(): Promise<readonly Connection[]> {
    if (!this.isCluster) return [this]
    return (this.#client as IoredisCluster).nodes('master').map((node) => new IoredisConnection(node))
  }

  /** No function that awaits where the client is ready: each await of a call that is so short shows. */
  #send(command: readonly [string, ...Argument[]], sender: IoredisClient, attempt: Attempt): Promise<Reply> {
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
  return String(optionOf(client, 'keyPrefix') ?? '')
}

/** An option as it was given, to a cluster among those for its nodes. */
function optionOf(client: object, name: 'keyPrefix' | 'stringNumbers'): unknown {
  const { options } = client as { options?: GivenOptions & { readonly redisOptions?: GivenOptions } }
  return options?.[name] ?? options?.redisOptions?.[name]
}

interface GivenOptions {
  readonly keyPrefix?: unknown
  readonly stringNumbers?: unknown
}

/**
 * The client, but for the pipelines into which it gathers commands by itself: what `callBuffer` puts there loses its name on
 * the way, and a whole pipeline would be sent again. Its numbers are numbers, also where it was told to write them as texts.
 */
function senderOf(client: IoredisClient, how: Send): IoredisClient {
  const sender = client as unknown as IoredisSender
  const by = optionOf(client, 'stringNumbers') === true ? numbered(how) : how
  return Object.create(client, {
    options: { value: Object.create(sender.options ?? null, { enableAutoPipelining: { value: false } }) },
    sendCommand: {
      value: (command: SentCommand, ...rest: unknown[]) => by(sender, command, rest),
    },
  }) as IoredisClient
}

function numbered(by: Send): Send {
  return (sender, command, rest) => by(sender, command, rest).then((reply) => withNumbers(reply as Reply))
}

function send(sender: IoredisSender, command: SentCommand, rest: unknown[]): Promise<unknown> {
  return sendUnless(isRefused, sender, command, rest)
}

/**
 * Of a pipeline that was answered in part ioredis never sends the rest again once it has reconnected, and a command like this
 * looks like a part of one. A cluster sends again what a closed connection has lost, unless it is rejected behind its back.
 */
function sendOnce(sender: IoredisSender, command: SentCommand, rest: unknown[]): Promise<unknown> {
  command.pipelineIndex = -1
  return sendUnless((error) => isRefused(error) || error.message === CLOSED, sender, command, rest)
}

/** Keeps a cluster from sending again, by itself and later, what was rejected with an error of this kind. */
function sendUnless(
  isFinal: (error: Error) => boolean,
  sender: IoredisSender,
  command: SentCommand,
  rest: unknown[],
): Promise<unknown> {
  const { reject } = command
  const sent = sender.sendCommand(command, ...rest)
  const redirect = command.reject
  if (redirect === reject) return sent
  command.reject = (error) => {
    if (!isFinal(error)) return redirect.call(command, error)
    if (replyName(error) === 'CLUSTERDOWN') sender.refreshSlotsCache?.()
    reject.call(command, error)
  }
  return sent
}

/** A cluster would ask a node at random after a pause, whether somebody still waits or not. */
function isRefused(error: Error): boolean {
  const reply = replyName(error)
  return reply === 'TRYAGAIN' || reply === 'CLUSTERDOWN'
}
