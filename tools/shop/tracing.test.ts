import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer, json } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeWithService } from '../services/index.ts'
import { type ShopProcess, startShop } from './shop-process.ts'
import { type Shop, shops } from './shops.ts'
import { orderOf, signIn, type Visitor } from './visitor.ts'

/** How long a start may take on a busy machine. */
const PATIENCE = 120_000

/** A collector that keeps what it gets, and a gateway that takes every payment and keeps the headers. */
class Outside implements AsyncDisposable {
  readonly spans: Buffer[] = []
  readonly asked: IncomingHttpHeaders[] = []
  readonly #server = createServer(async (request, response) => {
    if (request.url?.endsWith('/v1/traces')) {
      this.spans.push(await buffer(request))
      response.end()
    } else if (request.url === '/payments') {
      this.asked.push(request.headers)
      response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify({ paid: await json(request) }))
    } else response.end()
  })

  async listen(): Promise<string> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening')
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}

function describeTraces(title: string, shop: Shop, body: (open: () => Open) => void, isSent: boolean): void {
  describe(title, () => {
    describeWithService('postgres', (postgres) => {
      describeWithService('redis', (redis) => {
        let open: Open
        const stack = new AsyncDisposableStack()
        beforeAll(async () => {
          const outside = stack.use(new Outside())
          const url = await outside.listen()
          const ground = { databaseUrl: postgres.url, redisUrl: redis.url, paymentUrl: url }
          const settings = isSent ? { OTEL_EXPORTER_OTLP_ENDPOINT: url } : {}
          const process = stack.use(await startShop(shop, ground, settings))
          const [ada, charles] = [await signIn(process.url, 'ada'), await signIn(process.url, 'charles')]
          await charles.send('PUT', '/items/MUG', { name: 'Mug', price: 2_000, stock: 10 })
          open = { outside, process, ada }
        }, PATIENCE)
        afterAll(() => stack.disposeAsync(), PATIENCE)
        body(() => open)
      })
    })
  })
}

interface Open {
  readonly outside: Outside
  readonly process: ShopProcess
  readonly ada: Visitor
}

/** Pays for an order in a trace of somebody else. */
async function confirmIn({ ada }: Open, traceId: string, flags: string): Promise<number> {
  const { body } = await ada.post('/orders', orderOf('MUG'))
  const traceparent = `00-${traceId}-${'b'.repeat(16)}-${flags}`
  return (await ada.post(`/orders/${body.id}/confirm`, {}, { traceparent })).status
}

/** What tracing does, in the same words for every service. */
describe.each(shops)('traces of $name', (shop) => {
  describeTraces(
    'without a collector',
    shop,
    (open) => {
      test.each(['00', '01'])('lead on to the gateway, with the flags %s of the caller', async (flags) => {
        const traceId = randomBytes(16).toString('hex')

        expect(await confirmIn(open(), traceId, flags)).toBe(200)
        expect(open().outside.asked.at(-1)?.['traceparent']).toMatch(
          new RegExp(`^00-${traceId}-(?!b{16})[0-9a-f]{16}-${flags}$`),
        )
      })

      test('begin where the caller has none', async () => {
        const { body } = await open().ada.post('/orders', orderOf('MUG'))
        await open().ada.post(`/orders/${body.id}/confirm`, {})

        expect(open().outside.asked.at(-1)?.['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[02]$/)
      })
    },
    false,
  )

  describeTraces(
    'with a collector',
    shop,
    (open) => {
      test('tell of the request, its statements and the gateway', async () => {
        const traceId = randomBytes(16).toString('hex')
        await confirmIn(open(), traceId, '01')
        expect(await open().process.stop()).toBe(0)
        const sent = Buffer.concat(open().outside.spans)

        expect(sent.includes(Buffer.from(traceId, 'hex'))).toBe(true)
        for (const name of ['POST /orders/:id/confirm', 'POST /payments', 'update orders', 'commit'])
          expect(sent.includes(name)).toBe(true)
        // No value of a row or a parameter.
        expect(sent.includes('St James')).toBe(false)
      })
    },
    true,
  )
})
