import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** Stands for a Sentinel. */
export interface TestSentinel extends AsyncDisposable {
  readonly port: number
}

/** Starts what names one master to whoever asks, in RESP2, and never tells of another. */
export async function testSentinel(master: string): Promise<TestSentinel> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('data', (data) => {
      for (const command of commandsOf(String(data))) socket.write(replyTo(command, new URL(master)))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Clients write their commands as arrays of texts, and these ones in one piece. */
function commandsOf(data: string): readonly (readonly string[])[] {
  return data
    .split(/^\*\d+\r\n/m)
    .filter((command) => command !== '')
    .map((command) => command.split('\r\n').filter((_, index) => index % 2 === 1))
}

function replyTo([name = '', ...rest]: readonly string[], { hostname, port }: URL): string {
  const what = `${name} ${rest[0]}`.toUpperCase()
  if (what === 'SENTINEL MASTER')
    return array(['name', 'it', 'ip', hostname, 'port', port, 'flags', 'master', 'config-epoch', '1'])
  if (what.startsWith('SENTINEL')) return array([])
  if (name.toUpperCase() !== 'PSUBSCRIBE') return '+OK\r\n'
  return rest.map((pattern, index) => `*3\r\n${text('psubscribe')}${text(pattern)}:${index + 1}\r\n`).join('')
}

const array = (texts: readonly string[]): string => `*${texts.length}\r\n${texts.map(text).join('')}`
const text = (value: string): string => `$${Buffer.byteLength(value)}\r\n${value}\r\n`
