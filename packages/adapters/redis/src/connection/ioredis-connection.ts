import type { IoredisClient } from './client.js'
import type { Argument, Command, Connection, Reply, SendOptions, WaitOptions } from './connection.js'
import { later } from './later.js'
import { whenReady } from './readiness.js'
import { replyName } from './redis-error.js'
import { isElsewhere, untilServed } from './until-served.js'
import { Attempt, within } from './within.js'

/** What a `Cluster` has beside a `Redis`. */
interface IoredisCluster extends IoredisClient {
  nodes(role: 'master'): IoredisClient[]
}

/** What its `callBuffer` makes. */
interface SentCommand {
  name: string
  args: unknown[]
  pipelineIndex?: number
  /** By its keys, which it remembers from the first call on. */
  getSlot(): number | null
  reject(error: Error): void
  toWritable(stream: unknown): string | Buffer
}

/** What it is rejected with. */
interface RejectedWith extends Error {
  readonly command?: { readonly args: unknown[] }
}

/** What its `callBuffer` uses of itself. */
interface IoredisSender {
  readonly options?: object
  /** Its socket, and what waits for an answer there; a cluster has them for each node. */
  readonly stream?: Corkable
  readonly commandQueue?: { readonly length: number }
  /** A cluster has it. */
  refreshSlotsCache?(): void
  sendCommand(command: SentCommand, ...rest: unknown[]): Promise<unknown>
}

interface Corkable {
  /** Until either side ends the connection, which the client hears of some turns of the event loop later. */
  readonly writable: boolean
  readonly writableCorked: number
  cork(): void
  uncork(): void
}

/** Sends a command for an attempt. */
type Sender = (name: string, args: Argument[], attempt: Attempt) => Promise<unknown>

/** What it rejects a command with whose connection is gone; and one that it would not send again by itself. */
const CLOSED = 'Connection is closed.'
const ABORTED = 'Command aborted due to connection close'
/** What it rejects a command with that is on its way for longer than its `commandTimeout`. */
const TIMED_OUT = 'Command timed out'

/** A `Redis` or `Cluster` of ioredis. */
export class IoredisConnection implements Connection {
  readonly isCluster: boolean
  readonly keyPrefix: string
  readonly #client: IoredisClient
  readonly #sender: Sender
  readonly #once: Sender

  constructor(client: IoredisClient) {
    this.#client = client
    this.#sender = senderOf(client, false)
    this.#once = senderOf(client, true)
    this.isCluster = isClusterOf(client)
    this.keyPrefix = prefixOf(client)
  }

  get isOpen(): boolean {
    return this.#client.status !== 'wait' && this.#client.status !== 'end'
  }

  send(command: Command, options: SendOptions): Promise<Reply> {
    const { timeout, signal, once = false, onRefusal } = options
    return within(timeout, signal, (attempt) => {
      attempt.command = command
      attempt.onRefusal = onRefusal
      return this.isCluster
        ? this.#sendToNode(command, once, attempt)
        : this.#sendToServer(command, once, attempt)
    })
  }

  async masters({ timeout, signal }: WaitOptions): Promise<readonly Connection[]> {
    if (!this.isCluster) return [this]
    return within(timeout, signal, async (attempt) => {
      // Before it knows them it has those by which it was told to begin, if any.
      await this.#untilReady(attempt)
      return (this.#client as IoredisCluster).nodes('master').map((node) => new IoredisConnection(node))
    })
  }

  #sendToNode(command: Command, once: boolean, attempt: Attempt): Promise<Reply> {
    const sender = once ? this.#once : this.#sender
    return untilServed(attempt, () => this.#send(command, sender, attempt), once ? isElsewhere : mayRepeat)
  }

  /** The client itself would send again what its connection took along, whether somebody still waits or not. */
  #sendToServer(command: Command, once: boolean, attempt: Attempt): Promise<Reply> {
    const send = () => this.#send(command, this.#once, attempt)
    if (once) return send()
    return send().catch((error: unknown) => {
      if (attempt.over || !isGone(error)) throw error
      return untilServed(attempt, send, isGone)
    })
  }

  /** No function that awaits where the client is ready: each await of a call that is so short shows. */
  #send(command: Command, sender: Sender, attempt: Attempt): Promise<Reply> {
    if (this.#isReady) return pass(command, sender, attempt)
    return this.#sendLater(command, sender, attempt)
  }

  /** What it is told once it cannot write any more waits in a queue of its own, whether somebody still waits or not. */
  get #isReady(): boolean {
    const { status, stream } = this.#client as IoredisClient & IoredisSender
    return status === 'ready' && stream?.writable !== false
  }

  async #sendLater(command: Command, sender: Sender, attempt: Attempt): Promise<Reply> {
    await this.#untilReady(attempt)
    // Where its caller has had its answer, nothing may run for it now.
    return attempt.over ? null : pass(command, sender, attempt)
  }

  async #untilReady(attempt: Attempt): Promise<void> {
    const client = this.#client
    while (!this.#isReady && !attempt.over) {
      if (client.status === 'end') throw new Error('The client is closed.')
      // A client of `lazyConnect` connects with its first command, and this is it.
      if (client.status === 'wait') client.connect().catch(() => {})
      await attempt.waitFor((resume) => whenReady(client, resume))
    }
  }
}

function pass(command: Command, sender: Sender, attempt: Attempt): Promise<Reply> {
  attempt.outcome = 'unknown'
  return sender(command[0], command.slice(1), attempt) as Promise<Reply>
}

function isClusterOf(client: object): boolean {
  return 'isCluster' in client && client.isCluster === true
}

/** ioredis puts it before each key of a command, not before a pattern, and leaves it on the keys of a reply. */
function prefixOf(client: object): string {
  return String(optionOf(client, 'keyPrefix') ?? '')
}

/** An option as it was given, to a cluster among those for its nodes. */
function optionOf(client: object, name: keyof GivenOptions): unknown {
  const { options } = client as { options?: GivenOptions & { readonly redisOptions?: GivenOptions } }
  return options?.[name] ?? options?.redisOptions?.[name]
}

interface GivenOptions {
  readonly keyPrefix?: unknown
  readonly stringNumbers?: unknown
  readonly commandTimeout?: unknown
  readonly reconnectOnError?: unknown
  readonly clusterNodeRetryStrategy?: unknown
}

/** By these ioredis sends again itself, once it has reconnected, what a server has refused, or what waits for a node. */
const RESENDING = ['reconnectOnError', 'clusterNodeRetryStrategy'] as const

/**
 * Sends by the client, but for the pipelines into which it gathers commands by itself: what `callBuffer` puts there loses its
 * name on the way, and a whole pipeline would be sent again. Its numbers are numbers, also where it was told to write them as
 * texts.
 *
 * Versions 5.4 to 5.8 know a command, and so its keys, by its name in small letters only.
 *
 * Of a pipeline that was answered in part ioredis never sends the rest again once it has reconnected: a command that may run
 * once only looks like a part of one.
 */
function senderOf(client: IoredisClient, isOnce: boolean): Sender {
  const sender = client as unknown as IoredisSender
  let attempt = new Attempt()
  const isCluster = isClusterOf(client)
  const isResent = RESENDING.some((name) => typeof optionOf(client, name) === 'function')
  const isUnheard = !isCluster && (isResent || typeof optionOf(client, 'commandTimeout') === 'number')
  const disguised = Object.create(client, {
    options: { value: Object.create(sender.options ?? null, { enableAutoPipelining: { value: false } }) },
    sendCommand: {
      value: (command: SentCommand, ...rest: unknown[]) => {
        if (isCluster) hideFromReplicas(command)
        if (isOnce) command.pipelineIndex = -1
        // A node of a cluster that is not connected yet has a queue of its own.
        if (isResent || isCluster) writeWhileAwaited(command, attempt)
        if (isUnheard) hearRefusals(command, attempt)
        return sendFor(attempt, sender, command, rest)
      },
    },
  }) as IoredisClient
  const send: Sender = (name, args, by) => {
    // Its command is made and sent in the same breath.
    attempt = by
    gather(sender)
    return disguised.callBuffer(name.toLowerCase(), args)
  }
  if (optionOf(client, 'stringNumbers') !== true) return send
  return (...call) => send(...call).then((reply) => withNumbers(reply as Reply))
}

/** A reply in which numbers were written as texts, with numbers again. Every other text of a reply is a buffer. */
function withNumbers(reply: Reply): Reply {
  if (typeof reply === 'string') return Number(reply)
  return Array.isArray(reply) ? reply.map(withNumbers) : reply
}

/**
 * What is sent in one turn of the event loop while others wait for answers leaves in one write, as node-redis has it: a write is
 * a call of the system, which costs more than all else that there is to a command, here and for the server. Who is alone is
 * not kept waiting.
 */
function gather({ stream, commandQueue }: IoredisSender): void {
  if (stream === undefined || stream.writableCorked !== 0 || !commandQueue?.length) return
  stream.cork()
  later(() => stream.uncork())
}

/** Of a name in capitals a cluster does not know that it only reads, which `scaleReads` would have done by a replica. */
function hideFromReplicas(command: SentCommand): void {
  command.getSlot()
  command.name = command.name.toUpperCase()
}

/** Once its caller has gone a command is written as one that does nothing, for an answer has to come in its place. */
function writeWhileAwaited(command: SentCommand, attempt: Attempt): void {
  const { toWritable } = command
  command.toWritable = (stream) => (attempt.over ? PING : toWritable.call(command, stream))
}

const PING = '*1\r\n$4\r\nPING\r\n'

/**
 * ioredis tells nobody of a refusal where it has told before that the command timed out, or where it sends that again by itself:
 * it is written once more then, or rejected while it waits for that.
 */
function hearRefusals(command: SentCommand, attempt: Attempt): void {
  const { toWritable, reject } = command
  let isWritten = false
  command.toWritable = (stream) => {
    if (isWritten) attempt.onRefusal?.()
    isWritten = true
    return toWritable.call(command, stream)
  }
  command.reject = (error: RejectedWith) => {
    // Its own answer names it, and so does what it is aborted with; nothing does that all who wait are rejected with.
    if (error.command?.args === command.args) attempt.hear(error)
    else if (isWritten && error.message !== TIMED_OUT) attempt.onRefusal?.()
    reject.call(command, error)
  }
}

/**
 * A cluster would ask a node at random after a pause, whether somebody still waits or not, where it cannot be served or its
 * connection is gone. It is rejected behind the back of the cluster, which looks for the nodes of its slots meanwhile.
 */
function sendFor(
  attempt: Attempt,
  sender: IoredisSender,
  command: SentCommand,
  rest: unknown[],
): Promise<unknown> {
  const { reject } = command
  const sent = sender.sendCommand(command, ...rest)
  const redirect = command.reject
  if (redirect === reject) return sent
  command.reject = (error) => {
    const isRefused = REFUSALS.has(replyName(error) ?? error.message)
    if (!isRefused && !attempt.over) return redirect.call(command, error)
    if (isRefused) sender.refreshSlotsCache?.()
    reject.call(command, error)
  }
  return sent
}

const REFUSALS = new Set(['TRYAGAIN', 'CLUSTERDOWN', CLOSED])

/** What may run more than once is sent again also where its connection is gone. */
function mayRepeat(error: unknown): boolean {
  return isElsewhere(error) || isGone(error)
}

function isGone(error: unknown): boolean {
  return error instanceof Error && (error.message === CLOSED || error.message === ABORTED)
}
