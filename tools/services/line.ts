import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Where a line is cut when a statement passes: before the server has it, before the answer, or silently after it. */
export type Cut = 'before the statement' | 'before the answer' | 'silently'

/** A line to a server, which can be cut in the middle of a transaction, and led to another. */
export interface Line extends AsyncDisposable {
  /** The server, by way of the line. */
  readonly url: string
  /** Cuts the connection of whoever sends a text from now on; `undefined` lets everything pass. */
  cut(text: string | undefined, where?: Cut): void
  /** Resets all connections. */
  reset(): void
  /** From now on connections lead to another server; those that stand are reset. */
  leadTo(url: string): void
}

interface Rule {
  readonly text: string
  readonly where: Cut
}

/** Lays a line on loopback to the server of a URL. */
export async function lineTo(url: string): Promise<Line> {
  let target = new URL(url)
  let rule: Rule | undefined
  const sockets = new Set<Socket>()
  const reset = () => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
    }
    join(client, upstream, () => rule)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const own = new URL(url)
  own.hostname = '127.0.0.1'
  own.port = `${(server.address() as AddressInfo).port}`
  return {
    url: own.href,
    cut: (text, where = 'before the statement') => {
      rule = text === undefined ? undefined : { text, where }
    },
    reset,
    leadTo: (url) => {
      target = new URL(url)
      reset()
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Passes on what each side says, until a rule cuts them; where one ends, so does the other. */
function join(client: Socket, upstream: Socket, ruleNow: () => Rule | undefined): void {
  const end = () => {
    client.destroy()
    upstream.destroy()
  }
  for (const socket of [client, upstream]) socket.on('error', end).on('close', end)
  let isDeaf = false
  client.on('data', (data) => {
    const rule = ruleNow()
    const cuts = rule !== undefined && data.includes(rule.text)
    if (cuts && rule.where === 'before the statement') return end()
    isDeaf ||= cuts
    upstream.write(data)
  })
  upstream.on('data', (data) => {
    if (!isDeaf) client.write(data)
    else if (ruleNow()?.where !== 'silently') end()
  })
}
