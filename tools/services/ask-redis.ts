import { connect, type Socket } from 'node:net'

/**
 * Sends commands over one connection and returns their answers, without a client library. Answers of one line only:
 * a status or a number.
 *
 * @throws Error with the server's words if one is refused, or if the connection ends before all are answered.
 */
export async function askRedis(url: string, ...commands: readonly (readonly string[])[]): Promise<string[]> {
  const { hostname, port, username, password, pathname } = new URL(url)
  const all = [...commands]
  const database = pathname.slice(1)
  if (database !== '') all.unshift(['SELECT', database])
  if (password !== '') all.unshift(['AUTH', username || 'default', password])

  const socket = connect({ host: hostname, port: Number(port), timeout: 5_000 })
  socket.on('timeout', () => socket.destroy(new Error(`No answer from ${hostname}:${port}.`)))
  try {
    for (const command of all) socket.write(encode(command))
    const answers = await readLines(socket, all.length)
    return answers.slice(-commands.length)
  } finally {
    socket.destroy()
  }
}

function encode(command: readonly string[]): string {
  const parts = command.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`)
  return `*${command.length}\r\n${parts.join('')}`
}

function readLines(socket: Socket, count: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    let text = ''
    socket.setEncoding('utf8')
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('The connection ended before all was answered.')))
    socket.on('data', (chunk) => {
      text += chunk
      const lines = text.split('\r\n').slice(0, -1)
      const refused = lines.find((line) => line.startsWith('-'))
      if (refused !== undefined) reject(new Error(refused.slice(1)))
      if (lines.length >= count) resolve(lines.map((line) => line.slice(1)))
    })
  })
}
