import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, ServerResponse, STATUS_CODES } from 'node:http'
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import type { Clock } from '@base/core/clock'
import { AppError } from '@base/core/errors'
import { getRequestListener } from '@hono/node-server'

/** How long an idle connection is kept; Node tells clients in `keep-alive: timeout=5` and adds a second of its own. */
const KEEP_ALIVE = 5_000
const IDLE_GRACE = KEEP_ALIVE + 1_000

/** How long a whole request may take to arrive, and how often that is looked at. */
const ARRIVAL = { requestTimeout: 30_000, connectionsCheckingInterval: 1_000 }
/** How long nothing of an answer may be taken; Node looks whether anything was once more, so twice as long at most. */
const READING = 30_000

/** How many requests of one connection may be there at once: the one that is done, and those that wait for their turn. */
const MOST_AT_ONCE = 100

/** What Node says to what is no request, as anybody who listens for it has to. */
const REFUSALS = new Map([
  ['HPE_HEADER_OVERFLOW', 431],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', 413],
  ['ERR_HTTP_REQUEST_TIMEOUT', 408],
])

/** How long nobody may knock before the door closes, and how often it looks at most. */
const QUIET = 10
const MAX_LOOKS = 25

/** How many connections wait to be accepted at most: Node's backlog. */
const MOST_WAITING = 511

/** Who sent a request. */
export interface Client {
  /** The address at the other end of the connection, be it a proxy's: no header is believed. */
  readonly address: string
  /** Whether the answer has gone out whole; resolves when it has, or when the connection has ended before. */
  readonly sent: Promise<boolean>
  /** Headers of the answer, by their names in lower case, unless the `Response` has others of these names. */
  readonly headers: Record<string, string>
}

/** Node's answer, which writes its headers in one go: one by one they cost three times as much. */
class Answer extends ServerResponse implements Client {
  // Read at once: a socket that is closed has none any more.
  readonly address = this.req.socket.remoteAddress ?? 'gone'
  readonly headers: Record<string, string> = {}

  get sent(): Promise<boolean> {
    if (this.closed) return Promise.resolve(this.writableFinished)
    return new Promise((resolve) => this.on('close', () => resolve(this.writableFinished)))
  }

  /** Whoever answers a `Response` gives no reason, and headers as an object; Node, where it refuses by itself, in an array. */
  override writeHead(status: number, headers: unknown = {}): this {
    if (Array.isArray(headers)) return super.writeHead(status, headers)
    // Or it would stay for ever with a client that reads no more.
    this.setTimeout(READING)
    const own = headers as Record<string, string>
    for (const name in own) this.headers[name.toLowerCase()] = own[name] as string
    return super.writeHead(status, this.headers)
  }
}

/** Answers a request, or rejects. */
export type Fetch = (request: Request, client: Client) => Response | Promise<Response>

/**
 * An HTTP server that stops without losing a request. What comes on one connection is done in turn, so nothing is done
 * whose answer would come behind one that says `connection: close`.
 *
 * Once told to stop it takes no new connection and finishes what it has: every answer from then on says
 * `connection: close`, so that busy clients leave by themselves. An idle connection is not cut at once, for its client
 * may just be sending a request: it has as long as it was promised by keep-alive. What a caller has left behind is finished too.
 */
export class HttpServer {
  readonly #server: Server<typeof IncomingMessage, typeof Answer>
  /** Open connections, and the answers that each still waits for. */
  readonly #connections = new Map<Socket, Set<Answer>>()
  /** How many requests are worked on, also for callers who have left, and who waits until it is none. */
  #working = 0
  #idle = () => {}
  readonly #clock: Clock
  #stopping = false
  #accepted = 0
  #hold: Promise<void> | undefined

  constructor(fetch: Fetch, clock: Clock) {
    this.#clock = clock
    const listener = getRequestListener(async (request, { outgoing }) => {
      this.#working++
      try {
        return await fetch(request, outgoing as Answer)
      } finally {
        if (this.#hold !== undefined) await this.#hold
        if (--this.#working === 0) this.#idle()
      }
    })
    const options = { ...ARRIVAL, keepAliveTimeout: KEEP_ALIVE, ServerResponse: Answer }
    this.#server = createServer(options, async (request, answer) => {
      const { socket } = request
      const answers = this.#connections.get(socket) ?? new Set()
      const before = [...answers].at(-1)
      answers.add(answer)
      answer.on('close', () => answers.delete(answer))
      if (answers.size > MOST_AT_ONCE) socket.destroy()
      if (before !== undefined) {
        await before.sent
        // The time in which that had to be read is not the time in which this one is made.
        socket.setTimeout(0)
      }
      if (!socket.writable) return
      if (this.#stopping) sayClose(answer)
      void listener(request, answer)
    })
    this.#server.on('clientError', ({ code = '' }: NodeJS.ErrnoException, socket: Socket) => {
      const [first] = this.#connections.get(socket) ?? []
      // A refusal of what stands behind it would be taken for its answer.
      if (first?.req.complete || first?.headersSent) return sayClose(first)
      const status = REFUSALS.get(code) ?? 400
      if (socket.writable)
        socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`)
      socket.destroy()
    })
    this.#server.on('connection', (socket: Socket) => {
      this.#accepted++
      this.#connections.set(socket, new Set())
      socket.once('close', () => this.#connections.delete(socket))
    })
  }

  /** The port it listens at. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Starts to listen. @throws AppError that says what to do, with the settings of this prefix, where the port cannot be had. */
  async listen(host: string, port: number, prefix = ''): Promise<void> {
    this.#server.listen(port, host)
    await once(this.#server, 'listening').catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'EADDRINUSE') {
        const message = `Port ${port} is taken: stop what listens there, or choose another with ${prefix}PORT.`
        throw new AppError({ code: 'PORT_TAKEN', kind: 'conflict', message, cause })
      }
      const message = `Cannot listen at ${host}, port ${port} (${cause.code}): choose another ${prefix}HOST or ${prefix}PORT.`
      throw new AppError({ code: 'CANNOT_LISTEN', kind: 'unavailable', message, cause })
    })
  }

  /** Stops as promised above. When the signal aborts, what is still open is cut. */
  async close(signal: AbortSignal): Promise<void> {
    if (!this.#server.listening) return
    this.#stopping = true
    for (const answers of this.#connections.values()) for (const answer of answers) sayClose(answer)
    const { closed } = await this.#closeDoor(signal)
    const [over, idle] = [new AbortController(), Promise.withResolvers<void>()]
    const cutAll = () => {
      this.#server.closeAllConnections()
      idle.resolve()
    }
    signal.addEventListener('abort', cutAll, { signal: over.signal })
    if (signal.aborted) cutAll()
    void this.#clock.sleep(IDLE_GRACE, { signal: over.signal }).then(
      () => this.#cutIdle(),
      () => {},
    )
    await closed
    this.#idle = idle.resolve
    if (this.#working > 0) await idle.promise
    over.abort()
  }

  /**
   * Ends listening, which resets connections that wait to be accepted. So answers are held meanwhile: nobody who waits
   * for one comes anew, and whoever is on the way arrives.
   *
   * @returns what resolves when the last connection has closed; wrapped, for that comes much later.
   */
  async #closeDoor(signal: AbortSignal): Promise<{ closed: Promise<void> }> {
    const door = Promise.withResolvers<void>()
    this.#hold = door.promise
    for (let look = 0, seen = -1; look < MAX_LOOKS && seen !== this.#accepted && !signal.aborted; look++) {
      seen = this.#accepted
      // An abort ends the wait, and with it the looking.
      await this.#clock.sleep(QUIET, { signal }).catch(() => {})
    }
    await this.#letIn()
    const closed = new Promise<void>((resolve) => {
      // Not http's own close, which cuts idle connections.
      NetServer.prototype.close.call(this.#server, () => resolve())
    })
    door.resolve()
    return { closed }
  }

  /** Lets in who waits at the door of a busy process, one in each turn of the loop; who came first is among so many. */
  async #letIn(): Promise<void> {
    const last = this.#accepted + MOST_WAITING
    for (let seen = -1; seen !== this.#accepted && seen < last; await setImmediate()) seen = this.#accepted
  }

  #cutIdle(): void {
    for (const [socket, answers] of this.#connections) {
      if (answers.size === 0) socket.destroy()
      // Whoever still gets an answer has been told to leave; nobody stays behind it.
      for (const answer of answers) answer.on('close', () => socket.destroySoon())
    }
  }
}

function sayClose(answer: Answer): void {
  answer.headers['connection'] = 'close'
}
