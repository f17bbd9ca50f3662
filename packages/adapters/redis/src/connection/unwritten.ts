import type { Argument } from './connection.js'
import { type Gone, Passing } from './gone.js'
import { later } from './later.js'
import { listen } from './listen.js'

/** How a client is given a command. */
export type Send = (args: readonly Argument[], options: object) => Promise<unknown>

const clients = new WeakMap<object, Unwritten>()

/**
 * The commands that a client of node-redis has queued, and not written yet. What waits in the turn in which its connection
 * breaks, version 5 writes to the socket that is gone, and takes the answers of its next handshake for theirs: `OK` for a
 * value, while the handshake itself waits for ever. So they are taken back when it reconnects, which it tells before, and
 * nothing is given to it in what is left of that turn.
 */
export class Unwritten {
  readonly commands: Set<Gone> = new Set()
  /** Resolves once the turn in which a connection broke is over. */
  breaking: Promise<void> | undefined

  /** Those of a client, which tells by an event that it has lost a connection. */
  static of(client: object, event: 'reconnecting' | 'node-reconnecting'): Unwritten {
    const known = clients.get(client)
    if (known !== undefined) return known
    const unwritten = new Unwritten()
    clients.set(client, unwritten)
    listen(client, event, () => unwritten.#takeBack())
    return unwritten
  }

  #takeBack(): void {
    const breaking = new Promise<void>((resolve) => {
      later(() => {
        if (this.breaking === breaking) this.breaking = undefined
        resolve()
      })
    })
    this.breaking = breaking
    // The last one first, for the sake of the queue as well.
    for (const gone of [...this.commands].reverse()) gone.takeBack()
  }
}

/** Where several leave the queue of version 5 one after the other, it loses what comes next, unless something has come first. */
export function mend(send: Send): void {
  send(['PING'], { asap: true, abortSignal: new Passing(), timeout: undefined }).catch(() => undefined)
}
