/** A part of a command. */
export type Argument = string | Buffer

/** A command, with its parts. */
export type Command = readonly [name: string, ...args: Argument[]]

/** What a command gives: bulk strings are buffers, and numbers are numbers, whatever the client was told. */
export type Reply = null | number | string | Buffer | readonly Reply[]

/** How a command is sent. */
export interface SendOptions {
  /** Milliseconds from the call until it rejects, whatever the client does. */
  readonly timeout: number
  /** The key that decides which node of a cluster gets it; any node where there is none. */
  readonly key?: string | undefined
  /** Whether a replica may answer, where the client sends reads to replicas. @defaultValue false */
  readonly readonly?: boolean | undefined
  /**
   * Whether it may run once only: a client that would send it again by itself, after its connection broke before the
   * answer came, rejects instead.
   * @defaultValue false
   */
  readonly once?: boolean | undefined
  /**
   * Called once a server has refused it, being no master, also where that is answered after the time is over, or where the client
   * tells nobody and sends it again by itself (but on a cluster, where it was led elsewhere then). It may be called again for the
   * same refusal.
   */
  readonly onRefusal?: (() => void) | undefined
  /** Ends the waiting: it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/** How long something is waited for. */
export type WaitOptions = Pick<SendOptions, 'timeout' | 'signal'>

/** What the blocks of this package need of a client, whichever it is. */
export interface Connection {
  /** Whether keys lie on several nodes. */
  readonly isCluster: boolean
  /** Whether the client was told to connect, and not to close: it is there, or will be by itself. */
  readonly isOpen: boolean
  /** What the client itself puts before each key; `''` where nothing. */
  readonly keyPrefix: string
  /**
   * Sends a command once the connection is ready, so that it never waits in a queue of the client's, to run when nobody
   * waits for it any more.
   *
   * @throws what `redisError` makes of a failure, in the time given; the signal's reason once it aborts.
   */
  send(command: Command, options: SendOptions): Promise<Reply>
  /**
   * The nodes that hold keys: this connection itself, or the masters of a cluster as the client knows them, once it does.
   *
   * @throws as {@link Connection.send} does.
   */
  masters(options: WaitOptions): Promise<readonly Connection[]>
}
