import type { NodeRedisClient } from './client.js'
import type { Argument, Command, Connection, Reply, SendOptions, WaitOptions } from './connection.js'
import { whenReady } from './readiness.js'
import { replyName } from './redis-error.js'
import { isElsewhere, untilServed } from './until-served.js'
import { mend, type Send, Unwritten } from './unwritten.js'
import { type Attempt, within } from './within.js'

/** Bulk strings as buffers, by their type byte `$`. */
const REPLIES = { typeMapping: { 36: Buffer } }

/** Between two looks at whether a sentinel is ready, in milliseconds. */
const SENTINEL_PAUSE = 50

/** What `createClient` gives. */
interface SingleClient extends NodeRedisClient {
  sendCommand(args: readonly Argument[], options: object): Promise<unknown>
}

/** What `createClientPool` gives. */
interface ClientPool extends NodeRedisClient {
  /** Calls with a client that nobody else uses meanwhile. */
  execute<T>(run: (node: SingleClient) => Promise<T>): Promise<T>
}

/** What `createCluster` gives. */
interface ClusterClient extends NodeRedisClient {
  readonly masters: readonly object[]
  nodeClient(node: object): Promise<SingleClient> | SingleClient
  sendCommand(
    key: string | undefined,
    readonly: boolean,
    args: readonly Argument[],
    options: object,
  ): Promise<unknown>
}

/** What `createSentinel` gives. Its `sendCommand` would run a command again whose connection broke before the answer. */
interface SentinelClient extends NodeRedisClient {
  /** Calls with the client of a node that is ready, again as long as that rejects with what may pass. */
  _execute<T>(readonly: boolean, run: (node: SingleClient) => Promise<T>): Promise<T>
}

/** A client, a pool, a sentinel's client or a cluster of node-redis. */
export class NodeRedisConnection implements Connection {
  readonly isCluster: boolean
  readonly keyPrefix = ''
  readonly #client: NodeRedisClient
  readonly #isSentinel: boolean

  constructor(client: NodeRedisClient) {
    this.#client = client
    this.isCluster = 'masters' in client && 'nodeClient' in client
    this.#isSentinel = 'getSentinelNode' in client
  }

  get isOpen(): boolean {
    return this.#client.isOpen
  }

  send(command: Command, options: SendOptions): Promise<Reply> {
    return within(options.timeout, options.signal, (attempt) => {
      attempt.command = command
      attempt.onRefusal = options.onRefusal
      const send = () => this.#send(command, options, attempt)
      return this.isCluster ? untilServed(attempt, send, options.once ? isElsewhere : mayRepeat) : send()
    })
  }

  async masters({ timeout, signal }: WaitOptions): Promise<readonly Connection[]> {
    if (!this.isCluster) return [this]
    const cluster = this.#client as ClusterClient
    return within(timeout, signal, async (attempt) => {
      await this.#untilReady(attempt)
      const clients = await Promise.all(cluster.masters.map((node) => cluster.nodeClient(node)))
      return clients.map((client) => new NodeRedisConnection(client))
    })
  }

  #send(command: readonly Argument[], options: SendOptions, attempt: Attempt): Promise<Reply> {
    return this.#client.isOpen && this.#isReady
      ? this.#pass(command, options, attempt)
      : this.#sendLater(command, options, attempt)
  }

  /**
   * The cluster of version 5 does not say, but is once it knows its masters. A sentinel that is not would be asked again and
   * again with no pause, by itself.
   */
  get #isReady(): boolean {
    const { isReady, masters } = this.#client as Partial<ClusterClient>
    return isReady ?? masters?.length !== 0
  }

  async #untilReady(attempt: Attempt): Promise<void> {
    const client = this.#client
    for (;;) {
      if (!client.isOpen) throw new Error('The client is closed, or was never connected.')
      if (this.#isReady || attempt.over) return
      // A sentinel does not tell when it is.
      if (this.#isSentinel) await attempt.pause(SENTINEL_PAUSE)
      else await attempt.waitFor((resume) => whenReady(client, resume))
    }
  }

  async #sendLater(command: readonly Argument[], options: SendOptions, attempt: Attempt): Promise<Reply> {
    await this.#untilReady(attempt)
    // Where its caller has had its answer, nothing may run for it now.
    return attempt.over ? null : this.#pass(command, options, attempt)
  }

  #pass(command: readonly Argument[], options: SendOptions, attempt: Attempt): Promise<Reply> {
    const client = this.#client
    if (this.#isSentinel) return passToMaster(client as SentinelClient, command, options, attempt)
    const reply = this.isCluster
      ? passToCluster(client as ClusterClient, command, options, attempt)
      : 'execute' in client
        ? (client as ClientPool).execute((node) => passToFree(node, command, attempt))
        : passToNode(client as SingleClient, command, attempt)
    return (reply as Promise<Reply>).catch((error) => {
      if (!wasTakenBack(attempt)) throw error
      return this.#sendLater(command, options, attempt)
    })
  }
}

/** Where its caller has had its answer while all clients of a pool were in use, nothing may run for it now. */
async function passToFree(
  node: SingleClient,
  command: readonly Argument[],
  attempt: Attempt,
): Promise<unknown> {
  return attempt.over ? null : passToNode(node, command, attempt)
}

function passToNode(node: SingleClient, command: readonly Argument[], attempt: Attempt): Promise<unknown> {
  return passTo(Unwritten.of(node, 'reconnecting'), command, attempt, (args, until) =>
    node.sendCommand(args, until),
  )
}

function passToCluster(
  cluster: ClusterClient,
  command: readonly Argument[],
  { key, readonly = false }: SendOptions,
  attempt: Attempt,
): Promise<unknown> {
  return passTo(Unwritten.of(cluster, 'node-reconnecting'), command, attempt, (args, until) =>
    cluster.sendCommand(key, readonly, args, until),
  )
}

/**
 * What a client has not written keeps its place in the queue: one whose server has stopped to read would send it once it is back,
 * and so would that of a cluster or a pool which is not ready. A redirection that comes late would be followed. Version 6 gives
 * up on what waits there after a time of its own.
 */
function passTo(
  unwritten: Unwritten,
  command: readonly Argument[],
  attempt: Attempt,
  send: Send,
): Promise<unknown> {
  if (unwritten.breaking !== undefined)
    return unwritten.breaking.then(() => (attempt.over ? null : passTo(unwritten, command, attempt, send)))
  const { gone } = attempt
  gone.unwritten = unwritten.commands
  gone.mend = () => mend(send)
  attempt.outcome = 'unknown'
  return send(command, { ...REPLIES, abortSignal: gone, timeout: undefined })
}

/** Whether nothing was written, and somebody still waits. */
function wasTakenBack(attempt: Attempt): boolean {
  const { gone } = attempt
  if (!gone.isTakenBack) return false
  gone.isTakenBack = false
  attempt.outcome = 'not_sent'
  return !attempt.over
}

/** What a command to a master came to. */
type Passed = { readonly reply: unknown } | { readonly error: unknown }

/**
 * A failure that a sentinel's client hears of makes it look for the master, and call again: it hears of one only where that is
 * wanted. A replica that refuses has run nothing.
 */
async function passToMaster(
  client: SentinelClient,
  command: readonly Argument[],
  { readonly = false, once = false }: SendOptions,
  attempt: Attempt,
): Promise<Reply> {
  const passed = await client._execute(readonly, async (node): Promise<Passed> => {
    // Where its caller has had its answer, nothing may run for it now.
    if (attempt.over) return { reply: null }
    try {
      return { reply: await passToNode(node, command, attempt) }
    } catch (error) {
      if (wasTakenBack(attempt)) throw error
      const isReplica = replyName(error) === 'READONLY'
      attempt.hear(error)
      if (attempt.over || (once && !isReplica)) return { error }
      if (isReplica) attempt.outcome = 'not_done'
      throw error
    }
  })
  if ('error' in passed) throw passed.error
  return passed.reply as Reply
}

/** What may run more than once is sent again also where the connection to its node is gone. */
function mayRepeat(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return (
    isElsewhere(error) || GONE.has(error.message) || BROKEN.has((error as NodeJS.ErrnoException).code ?? '')
  )
}

/** What a node's client rejects with that broke off, was told to leave the cluster, or has left it. */
const GONE = new Set(['Socket closed unexpectedly', 'Disconnects client', 'The client is closed'])
/** What the socket itself says of it. */
const BROKEN = new Set(['ECONNRESET', 'EPIPE'])
