import { listen } from './listen.js'

/** A cluster of node-redis is ready at `connect`, and over at `disconnect`. */
const EVENTS = ['ready', 'connect', 'end', 'disconnect'] as const

/** Calls `resume` once the client's connection may stand or has ended; gives what takes it back. */
export function whenReady(client: object, resume: () => void): () => void {
  const leave = () => {
    for (const end of ends) end()
  }
  const tell = () => {
    leave()
    resume()
  }
  const ends = EVENTS.map((event) => listen(client, event, tell))
  return leave
}
