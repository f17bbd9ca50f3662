import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Stands between a client and a server, and breaks connections as networks do. */
export interface TestProxy extends AsyncDisposable {
  /** The server's address, but for where the proxy listens. */
  readonly url: string
  /** From now on new connections lead there; those that stand are reset. */
  leadTo(url: string): void
  /** Resets all connections. */
  reset(): void
  /** The next answer of the server is lost, and its connection reset: what was asked has been done, and nobody knows. */
  loseNextAnswer(): void
}

/** A proxy of a server, which is told by its address. */
export async function testProxy(url: string): Promise<TestProxy> {
  let target = new URL(url)
  let loses = false
  const sockets = new Set<Socket>()
  const reset = () => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  const listener = createServer((near) => {
    const far = connect(Number(target.port), target.hostname)
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
    near.on('data', (bytes) => far.write(bytes))
    far.on('data', (bytes) => {
      if (!loses) return void near.write(bytes)
      loses = false
      near.resetAndDestroy()
    })
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const own = new URL(url)
  own.host = `127.0.0.1:${(listener.address() as AddressInfo).port}`
  return {
    url: own.href,
    leadTo(url) {
      target = new URL(url)
      reset()
    },
    reset,
    loseNextAnswer() {
      loses = true
    },
    async [Symbol.asyncDispose]() {
      reset()
      listener.close()
      await once(listener, 'close')
    },
  }
}
