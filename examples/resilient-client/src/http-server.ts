import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { PriceServer } from './price-server.ts'

/** A server that listens. */
export interface Listening {
  readonly url: string
  /** Cuts what is open, and resolves when the port is free. */
  close(): Promise<void>
}

/** Puts the server on a free port of this machine. */
export async function listen(prices: PriceServer): Promise<Listening> {
  const server = createServer((_request, response) => void answer(prices, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

async function answer(prices: PriceServer, response: ServerResponse): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  // Who has left gets no answer.
  const given = await prices.answer(gone.signal).catch(() => 'reset' as const)
  if (given === 'reset') response.destroy()
  else response.writeHead(given.status, { 'content-type': 'application/json' }).end(given.body)
}
