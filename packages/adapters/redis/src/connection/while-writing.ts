import type { Argument } from './connection.js'
import { Gone } from './gone.js'
import { mend, Unwritten } from './unwritten.js'

/** What `createClient` of node-redis gives. */
interface SingleClient {
  sendCommand(args: readonly Argument[], options: object): Promise<unknown>
}

const turns = new WeakMap<object, Promise<unknown>>()

/**
 * Calls what subscribes while the client writes, so that it never waits in the client's queue, from which it cannot be taken back:
 * where the connection breaks meanwhile, version 5 gives it an answer of the next handshake, and in RESP2 both versions forget that
 * messages will come. A PING goes first, which tells when it is written. Those of one client keep their order.
 */
export function whileWriting<T>(client: SingleClient, act: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const turn = turns.get(client) ?? Promise.resolve()
    const written = turn.then(() => write(client, new Ping(client, () => resolve(act()))))
    turns.set(client, written.catch(reject))
  })
}

async function write(client: SingleClient, ping: Ping): Promise<void> {
  const unwritten = Unwritten.of(client, 'reconnecting')
  await unwritten.breaking
  ping.unwritten = unwritten.commands
  try {
    await client.sendCommand(['PING'], { abortSignal: ping, timeout: undefined })
    ping.tell()
  } catch (error) {
    if (!ping.isTakenBack) throw error
    ping.isTakenBack = false
    return write(client, ping)
  }
}

class Ping extends Gone {
  readonly #onWritten: () => void
  #isTold = false

  constructor(client: SingleClient, onWritten: () => void) {
    super()
    this.#onWritten = onWritten
    this.mend = () => mend((args, options) => client.sendCommand(args, options))
  }

  /** The client lets go of it when it writes. */
  override removeEventListener(event: 'abort', listener: () => void): void {
    super.removeEventListener(event, listener)
    if (!this.isTakenBack) this.tell()
  }

  /** Once. */
  tell(): void {
    if (this.#isTold) return
    this.#isTold = true
    this.#onWritten()
  }
}
