import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { KeptServer } from './kept-server.ts'
import type { Address, ServiceKind } from './kinds.ts'
import { messageOf } from './message-of.ts'

/** Tells the processes of a test run where to ask for the run's shared servers: `port:token`. */
export const COORDINATOR = 'BASE_TEST_COORDINATOR'

type Answer = { readonly address: Address } | { readonly error: string }

/** Starts each kind of shared server when a test first asks for it, and ends them all with itself. */
export interface Coordinator {
  /** The value for {@link COORDINATOR}. */
  readonly at: string
  close(): Promise<void>
}

/** One for a test run, in its main process. Costs nothing until someone asks. */
export async function coordinate(): Promise<Coordinator> {
  const token = randomBytes(16).toString('hex')
  const servers = new Map<string, Promise<KeptServer>>()
  const listener = createServer({ allowHalfOpen: true }, (socket) => void serve(socket, token, servers))
  listener.listen(0, '127.0.0.1').unref()
  await once(listener, 'listening')
  return {
    at: `${(listener.address() as AddressInfo).port}:${token}`,
    async close() {
      listener.close()
      const started = await Promise.allSettled(servers.values())
      await Promise.all(started.map((outcome) => outcome.status === 'fulfilled' && outcome.value.close()))
    },
  }
}

/** The run's shared server; undefined where nobody coordinates. @throws Error if it cannot be started. */
export async function askCoordinator(kind: ServiceKind): Promise<Address | undefined> {
  const at = process.env[COORDINATOR]
  if (at === undefined) return undefined
  const [port, token] = at.split(':')
  const socket = connect({ host: '127.0.0.1', port: Number(port) })
  socket.end(`${token} ${kind}`)
  const answer = JSON.parse(await text(socket)) as Answer
  if ('error' in answer) throw new Error(answer.error)
  return answer.address
}

async function serve(
  socket: Socket,
  token: string,
  servers: Map<string, Promise<KeptServer>>,
): Promise<void> {
  socket.on('error', () => undefined)
  const [given, kind = ''] = (await text(socket).catch(() => '')).split(' ')
  if (given !== token) return void socket.destroy()
  const server = servers.get(kind) ?? KeptServer.start({ kind: kind as ServiceKind, durable: false })
  servers.set(kind, server)
  const answer: Answer = await server.then(
    ({ address }) => ({ address }),
    (error: unknown) => ({ error: messageOf(error) }),
  )
  socket.end(JSON.stringify(answer))
}
