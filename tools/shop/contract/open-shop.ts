import { afterAll, beforeAll, describe, expect } from 'vitest'
import { describeWithService } from '../../services/index.ts'
import { type Gateway, startGateway } from '../gateway.ts'
import { type ShopProcess, startShop } from '../shop-process.ts'
import type { Shop } from '../shops.ts'
import { type Answer, signIn, type Visitor } from '../visitor.ts'

/** How long a start may take on a busy machine. */
const PATIENCE = 120_000

/** A shop that is open, and who goes there. */
export interface OpenShop {
  readonly process: ShopProcess
  readonly gateway: Gateway
  /** A customer. */
  readonly ada: Visitor
  /** An admin. */
  readonly charles: Visitor
}

/** Starts a service for the tests of `body`, on a database, a Redis and a gateway of its own. */
export function describeShop(
  title: string,
  shop: Shop,
  settings: Readonly<Record<string, string>>,
  body: (shop: () => OpenShop) => void,
): void {
  describe(title, () => {
    describeWithService('postgres', (postgres) => {
      describeWithService('redis', (redis) => {
        let open: OpenShop
        const stack = new AsyncDisposableStack()
        beforeAll(async () => {
          const gateway = stack.use(await startGateway())
          const ground = { databaseUrl: postgres.url, redisUrl: redis.url, paymentUrl: gateway.url }
          const process = stack.use(await startShop(shop, ground, settings))
          const { url } = process
          open = { process, gateway, ada: await signIn(url, 'ada'), charles: await signIn(url, 'charles') }
        }, PATIENCE)
        afterAll(() => stack.disposeAsync(), PATIENCE)
        body(() => open)
      })
    })
  })
}

let made = 0

/** A new item at 20.00 with so much in stock. @returns its SKU. */
export async function newItem({ charles }: OpenShop, stock = 10, more: object = {}): Promise<string> {
  const sku = `ITEM-${++made}`
  const { status } = await charles.post('/items', { sku, name: 'Mug', price: 2_000, stock, ...more })
  expect(status).toBe(201)
  return sku
}

export async function stockOf({ ada }: OpenShop, sku: string): Promise<number> {
  return (await ada.get(`/items/${sku}`)).body.stock
}

/** What a program reads of a refusal: status, code and the form of the body. */
export function refusalOf({ status, headers, body }: Answer): readonly [number, string] {
  expect(headers.get('content-type')).toBe('application/problem+json')
  expect(body).toMatchObject({ type: 'about:blank', status, title: expect.any(String) })
  expect(body.correlationId).toBe(headers.get('x-correlation-id'))
  return [status, body.code]
}
