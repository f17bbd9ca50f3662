import { UnavailableError } from '@base/core/errors'
import { ok, unwrap } from '@base/core/result'
import { TestClock } from '@base/core/testing'
import { memoryLogger } from '@base/observability/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { coordinateAlone } from '../src/coordination/alone.ts'
import { KnownCustomers } from '../src/customers/known-customers.ts'
import { openDatabase } from '../src/database/database.ts'
import { openCipher } from '../src/encryption/shop-cipher.ts'
import { cacheItems, openItemCache } from '../src/items/cached-items.ts'
import { NightlyJob } from '../src/jobs/nightly-job.ts'
import { type CancelledUnpaid, cancelUnpaid } from '../src/orders/cancel-unpaid.ts'
import { confirmOrder } from '../src/orders/change-order.ts'
import { placeOrder } from '../src/orders/place-order.ts'
import { publish } from '../src/orders/publish.ts'
import { openStores } from '../src/stores.ts'
import { describeEngines, describeServer } from './engines.ts'
import { movedClock } from './moved-clock.ts'
import { runGateway, type TestGateway } from './run-gateway.ts'
import { forAda, type TestService } from './start-service.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await runGateway()
})
afterAll(() => gateway?.kill())
beforeEach(() => gateway.behave('ok'))

let made = 0

/** An order for one of ten lamps that nobody else orders. */
async function placed(service: TestService) {
  const sku = `LAMP-${++made}`
  await service.send('PUT', `/items/${sku}`, { name: 'Lamp', price: 2_000, stock: 10 })
  const { id } = (await service.send('POST', '/orders', { ...forAda, lines: [{ sku, quantity: 1 }] })).body
  return {
    id,
    order: async () => (await service.get(`/orders/${id}`)).body,
    stock: async () => (await service.get(`/items/${sku}`)).body.stock,
    confirm: () => service.send('POST', `/orders/${id}/confirm`),
  }
}

const run = (service: TestService) => service.send('POST', '/jobs/cancel-unpaid-orders')

describeEngines((start) => {
  describe('an order that nobody pays', () => {
    const clock = movedClock()
    let service: TestService
    beforeAll(async () => {
      const settings = { paymentUrl: gateway.url, paymentTimeout: '500ms', paymentRecovery: '1ms' } as const
      service = await start(settings, clock)
    })
    afterAll(() => service?.stop())
    beforeEach(() => run(service))

    test('is cancelled after a day, and its goods are back in the stock', async () => {
      const { id, order, stock } = await placed(service)
      expect([(await run(service)).body, await stock()]).toEqual([{ cancelled: 0, failed: 0 }, 9])
      clock.move('23h')
      expect((await run(service)).body).toEqual({ cancelled: 0, failed: 0 })
      clock.move('1h')
      expect((await service.get('/orders?rule=unpaid')).body.items).toMatchObject([{ id }])
      const { status, body } = await run(service)

      expect([status, body]).toEqual([200, { cancelled: 1, failed: 0 }])
      expect(await order()).toMatchObject({ status: 'cancelled', cancelReason: 'not paid in time' })
      expect(await stock()).toBe(10)
      expect((await run(service)).body).toEqual({ cancelled: 0, failed: 0 })
    })

    test('is none that is confirmed, or cancelled already', async () => {
      const [paid, cancelled] = [await placed(service), await placed(service)]
      await paid.confirm()
      await service.send('POST', `/orders/${cancelled.id}/cancel`, { reason: 'no' })
      clock.move('2d')

      expect((await run(service)).body).toEqual({ cancelled: 0, failed: 0 })
      expect([(await paid.order()).status, (await cancelled.order()).cancelReason]).toEqual([
        'confirmed',
        'no',
      ])
    })

    test('gets back what the gateway may have taken for it', async () => {
      const { id, order, confirm } = await placed(service)
      await gateway.behave('lose')
      expect((await confirm()).status).toBe(503)
      await gateway.behave('ok')
      clock.move('1d')
      await run(service)

      expect((await order()).status).toBe('cancelled')
      const types = (await gateway.books()).filter(({ key }) => key === id).map(({ type }) => type)
      expect(types).toEqual(['taken', 'returned'])
    })

    test('waits for the next night where the gateway does not answer, and holds up no other', async () => {
      const [asked, other] = [await placed(service), await placed(service)]
      await gateway.behave('fail')
      await asked.confirm()
      clock.move('1d')
      expect((await run(service)).body).toEqual({ cancelled: 1, failed: 1 })
      expect(service.log.lines).toContainEqual(expect.objectContaining({ level: 50, order: asked.id }))
      expect([(await asked.order()).status, (await other.order()).status]).toEqual(['pending', 'cancelled'])

      await gateway.behave('ok')
      while ((await run(service)).body.failed > 0);
      expect([(await asked.order()).status, await asked.stock()]).toEqual(['cancelled', 10])
    })

    test('is cancelled or paid where both come at once, and not both', async () => {
      const orders = await Promise.all(Array.from({ length: 8 }, () => placed(service)))
      clock.move('1d')
      const [answer, ...confirmed] = await Promise.all([
        run(service),
        ...orders.map(({ confirm }) => confirm()),
      ])

      const paid = confirmed.filter(({ status }) => status === 200).length
      expect(answer?.body).toEqual({ cancelled: orders.length - paid, failed: 0 })
      for (const [index, { order, stock }] of orders.entries()) {
        const won = confirmed[index]?.status === 200
        expect([(await order()).status, await stock()]).toEqual(won ? ['confirmed', 9] : ['cancelled', 10])
      }
    })
  })
})

describeServer((start) => {
  test('two services that begin at once cancel each order once', async () => {
    const clock = movedClock()
    const [one, other] = [
      await start({ paymentUrl: gateway.url }, clock),
      await start({ paymentUrl: gateway.url }, clock),
    ]
    const orders = []
    for (let n = 0; n < 10; n++) orders.push(await placed(one))
    clock.move('1d')
    const answers = await Promise.all([run(one), run(other)])

    expect(answers.filter(({ body }) => body.code !== 'JOB_RUNNING').length).toBeGreaterThan(0)
    expect(answers.reduce((sum, { body }) => sum + (body.cancelled ?? 0), 0)).toBe(10)
    for (const { stock } of orders) expect(await stock()).toBe(10)
    await Promise.all([one.stop(), other.stop()])
  })
})

/** A shop without HTTP, with a mug in it that was ordered. */
async function openShop(clock: TestClock) {
  const cipher = openCipher(undefined, clock)
  const database = await openDatabase({ dataDir: 'memory://' }, cipher)
  const coordination = coordinateAlone(database, clock)
  const cache = openItemCache(coordination, clock)
  const stores = cacheItems(openStores(database, cipher), cache)
  const { lock, countedBy, repetitions } = coordination
  const payments = { take: async () => ok(undefined), giveBack: async (_: string) => {} }
  const { logger } = memoryLogger()
  const knownCustomers = new KnownCustomers(stores.customers, clock)
  const services = { ...stores, clock, logger, knownCustomers, lock, repetitions, payments, publish }
  const mug = { sku: 'MUG', name: 'Mug', description: '', price: 2_000, stock: 5, status: 'active' } as const
  await stores.items.save({ ...mug, version: 0 })
  await stores.customers.save({ username: 'ada', name: 'Ada', email: 'ada@example.com', version: 0 })
  const order = () =>
    placeOrder(services, {
      ...forAda,
      customer: 'ada',
      notes: '',
      lines: [{ sku: 'MUG', quantity: 2, discountPercent: 0 }],
    })
  const close = async () => {
    await knownCustomers.close()
    await cache.close()
    await database.close()
  }
  return { services, countedBy, order, stock: async () => (await stores.items.findById('MUG'))?.stock, close }
}

test('what is not paid by three o’clock of the night after is cancelled then, with nobody asking', async () => {
  const clock = new TestClock({ now: Date.UTC(2026, 10, 26, 12) })
  const { services, countedBy, order, stock, close } = await openShop(clock)
  const nights: Promise<CancelledUnpaid>[] = []
  const job = new NightlyJob({
    name: 'cancel-unpaid-orders',
    work: (context) => {
      const night = cancelUnpaid(services, context)
      nights.push(night)
      return night
    },
    lock: services.lock,
    countedBy,
    clock,
    logger: services.logger,
  })
  await order()
  job.start()

  await clock.advance('15h')
  expect(await nights[0]).toEqual({ cancelled: 0, failed: 0 })
  await clock.advance('1d')
  expect(await nights[1]).toEqual({ cancelled: 1, failed: 0 })
  expect(await stock()).toBe(5)
  await job.stop()
  await close()
})

test('a run that was stopped for longer than its lease writes nothing once another has begun', async () => {
  const clock = new TestClock()
  const { services, countedBy, order, stock, close } = await openShop(clock)
  const { id } = unwrap(await order())
  await confirmOrder(
    { ...services, payments: { ...services.payments, take: lost } },
    { id, permit: () => {} },
  ).catch(() => {})
  await clock.advance('1d')
  const fence = (token: bigint) => ({ job: 'cancel-unpaid-orders', countedBy, token })
  const { signal } = new AbortController()
  // It is stopped before it writes, and hears of nothing.
  const giveBack = () => services.fences.pass(fence(8n))
  const stopped = { ...services, payments: { ...services.payments, giveBack } }

  await expect(cancelUnpaid(stopped, { signal, fence: fence(7n) })).rejects.toMatchObject({
    code: 'LEASE_LOST',
  })
  expect([(await services.orders.findById(id))?.status, await stock()]).toEqual(['pending', 3])
  await expect(cancelUnpaid(services, { signal, fence: fence(7n) })).rejects.toMatchObject({
    code: 'LEASE_LOST',
  })
  expect(await cancelUnpaid(services, { signal, fence: fence(8n) })).toEqual({ cancelled: 1, failed: 0 })
  // Tokens of another lock are another count.
  await services.fences.pass({ ...fence(1n), countedBy: 'redis' })
  await close()
})

const lost = () => Promise.reject(new UnavailableError())
