import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** A server that says what a test wants of it, in PostgreSQL's protocol, at the turn that a test wants. */
export interface WireServer extends AsyncDisposable {
  readonly url: string
}

/** A message of its protocol. */
function message(type: string, ...parts: readonly (string | Buffer)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)))
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length + 4)
  return Buffer.concat([Buffer.from(type), length, body])
}

/** That it is ready, out of a transaction (`I`), within one (`T`) or within one that has failed (`E`). */
export const ready = (status: 'I' | 'T' | 'E'): Buffer => message('Z', status)

/** That a statement has ended. */
export const done = (command: string): Buffer => message('C', `${command}\0`)

/** That it refuses something. */
export const refusal = (severity: 'ERROR' | 'FATAL', code: string, text: string): Buffer =>
  message('E', `S${severity}\0V${severity}\0C${code}\0M${text}\0\0`)

/** That it lets a client in. */
export const WELCOME: Buffer = Buffer.concat([
  message('R', Buffer.alloc(4)),
  message('K', Buffer.alloc(8)),
  ready('I'),
])

/** What a BEGIN and a statement without rows, which came along, are answered with. */
export const BEGUN: Buffer = Buffer.concat([
  ...[message('1'), message('2'), done('BEGIN')],
  ...[message('1'), message('2'), message('n'), done('UPDATE 1'), ready('T')],
])

/** Listens; whatever a client sends is handed on in one piece, as text. */
export async function wireServer(answer: (said: string, socket: Socket) => void): Promise<WireServer> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('data', (data) => answer(data.toString('latin1'), socket))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `postgres://base@127.0.0.1:${(server.address() as AddressInfo).port}/base`,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
