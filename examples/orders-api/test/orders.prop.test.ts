import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Order } from '../src/orders/order.ts'
import { describeEngines } from './engines.ts'
import { forAda, type TestService } from './start-service.ts'

describeEngines((start) => {
  let service: TestService
  beforeAll(async () => {
    service = await start()
  })
  afterAll(() => service?.stop())

  const STOCK = 12
  const ACTIONS = ['confirm', 'process', 'ship', 'deliver', 'cancel'] as const

  type Command =
    | {
        readonly type: 'place'
        readonly lines: readonly (readonly [item: number, quantity: number, discount: number])[]
      }
    | { readonly type: 'change'; readonly order: number; readonly action: (typeof ACTIONS)[number] }

  const line = fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 8 }), fc.constantFrom(0, 0, 15, 100))
  const command: fc.Arbitrary<Command> = fc.oneof(
    fc.record({ type: fc.constant('place' as const), lines: fc.array(line, { minLength: 1, maxLength: 3 }) }),
    fc.record({
      type: fc.constant('change' as const),
      order: fc.nat(3),
      action: fc.constantFrom(...ACTIONS),
    }),
  )

  /** The shop as it should be: three items, and the orders that were placed. */
  interface Model {
    readonly skus: readonly string[]
    readonly orders: Order[]
  }

  /** What the life cycle allows, written down a second time. */
  const ALLOWED: Readonly<Record<string, readonly string[]>> = {
    pending: ['confirm', 'cancel'],
    confirmed: ['process', 'ship', 'cancel'],
    processing: ['ship', 'cancel'],
    shipped: ['deliver', 'cancel'],
  }

  let runs = 0

  async function openShop(): Promise<Model> {
    const run = ++runs
    const skus = [0, 1, 2].map((n) => `RUN-${run}-${n}`)
    for (const [n, sku] of skus.entries()) {
      await service.send('PUT', `/items/${sku}`, { name: sku, price: 333 * (n + 1), stock: STOCK })
    }
    return { skus, orders: [] }
  }

  const reserved = ({ orders }: Model, sku: string) =>
    orders
      .filter(({ status }) => status !== 'cancelled')
      .flatMap(({ lines }) => lines)
      .filter((each) => each.sku === sku)
      .reduce((sum, { quantity }) => sum + quantity, 0)

  async function run(shop: Model, next: Command): Promise<void> {
    if (next.type === 'place') return place(shop, next.lines)
    const order = shop.orders[next.order]
    if (order !== undefined) await change(shop, order, next.action)
  }

  async function place(shop: Model, wanted: Extract<Command, { type: 'place' }>['lines']): Promise<void> {
    const lines = wanted.map(([item, quantity, discountPercent]) => ({
      sku: shop.skus[item] as string,
      quantity,
      discountPercent,
    }))
    const { status, body } = await service.send('POST', '/orders', { ...forAda, lines })
    expect([201, 409, 422]).toContain(status)

    const short = shop.skus.some((sku) => {
      const sum = lines.filter((each) => each.sku === sku).reduce((total, each) => total + each.quantity, 0)
      return sum > STOCK - reserved(shop, sku)
    })
    if (short) expect(status).not.toBe(201)
    if (status === 409) expect(short).toBe(true)
    if (status === 201) shop.orders.push(body)
  }

  async function change(shop: Model, order: Order, action: (typeof ACTIONS)[number]): Promise<void> {
    const allowed = ALLOWED[order.status]?.includes(action) ?? false
    const { status, body } = await service.send('POST', `/orders/${order.id}/${action}`, {
      reason: 'why not',
    })

    expect([status, body.code]).toEqual(allowed ? [200, undefined] : [409, 'ILLEGAL_TRANSITION'])
    if (allowed) shop.orders[shop.orders.indexOf(order)] = body
  }

  async function checkShop(shop: Model): Promise<void> {
    for (const sku of shop.skus) {
      const { stock } = (await service.get(`/items/${sku}`)).body
      expect(stock).toBeGreaterThanOrEqual(0)
      expect(stock + reserved(shop, sku)).toBe(STOCK)
    }
    for (const order of shop.orders) {
      // What was refused has changed nothing; what was done is what was answered.
      const kept = (await service.get(`/orders/${order.id}`)).body
      expect(kept).toEqual(order)
      const goods = kept.lines.reduce((sum: number, { total }: { total: number }) => sum + total, 0)
      expect(kept.total).toBe(goods + kept.shipping)
      expect(kept.subtotal - kept.discount).toBe(goods)
      expect(goods).toBeGreaterThanOrEqual(1_000)
    }
  }

  test('any sequence of orders keeps stock, sums and life cycle right', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 20 }), async (commands) => {
        const shop = await openShop()
        for (const next of commands) await run(shop, next)
        await checkShop(shop)
      }),
      { numRuns: 30 },
    )
  })
})
