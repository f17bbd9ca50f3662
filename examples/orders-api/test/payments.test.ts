import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Config } from '../src/config.ts'
import { describeEngines, type Start } from './engines.ts'
import { runGateway, type TestGateway } from './run-gateway.ts'
import { type Answer, forAda, startService, type TestService } from './start-service.ts'

const folder = mkdtempSync(join(tmpdir(), 'orders-pay-'))
const ledger = join(folder, 'ledger')
let gateway: TestGateway
beforeAll(async () => {
  gateway = await runGateway({ ledger })
})
afterAll(async () => {
  await gateway?.kill()
  rmSync(folder, { recursive: true })
})
beforeEach(() => gateway.behave('ok'))

/** Kills the gateway, and hands out what starts it again where it was. */
async function killGateway(): Promise<() => Promise<void>> {
  await gateway.kill()
  return async () => {
    gateway = await runGateway({ port: new URL(gateway.url).port, ledger })
  }
}

let service: TestService
/** One service for a group of tests. */
function given(settings: Partial<Config>, start: Start = startService): void {
  beforeAll(async () => {
    service = await start({ paymentUrl: gateway.url, paymentTimeout: '10s', ...settings })
  })
  afterAll(() => service?.stop())
}

let lots = 0

/** An order for one of ten lamps that nobody else orders. */
async function placed(): Promise<{ id: string; lines: { sku: string }[] }> {
  const sku = `LAMP-${++lots}`
  await service.send('PUT', `/items/${sku}`, { name: 'Lamp', price: 2_000, stock: 10 })
  return (await service.send('POST', '/orders', { ...forAda, lines: [{ sku, quantity: 1 }] })).body
}

const confirm = (id: string) => service.send('POST', `/orders/${id}/confirm`)
const cancel = (id: string) => service.send('POST', `/orders/${id}/cancel`, { reason: 'too late' })
const orderOf = async (id: string) => (await service.get(`/orders/${id}`)).body
const stock = async () => (await service.get(`/items/LAMP-${lots}`)).body.stock

/** Asks again for as long as the gateway is said not to answer. */
async function persist(ask: () => Promise<Answer>): Promise<Answer> {
  let answer = await ask()
  while (answer.status === 503) answer = await ask()
  return answer
}

/** What the gateway has in its books of an order. */
const booked = async (id: string) => (await gateway.books()).filter(({ key }) => key.includes(id))
const taken = (id: string) => [{ key: id, type: 'taken', amount: { minor: '2990', currency: 'EUR' } }]
const returned = (id: string) => [...taken(id), { key: id, type: 'returned' }]

describeEngines((start) => {
  describe('confirming an order', () => {
    given({}, start)

    test('takes its payment', async () => {
      const { id } = await placed()

      expect((await confirm(id)).body.status).toBe('confirmed')
      expect(await booked(id)).toEqual(taken(id))
    })

    test('20 times at once takes it once', async () => {
      const { id } = await placed()
      const { received } = await gateway.state()
      const answers = await Promise.all(Array.from({ length: 20 }, () => confirm(id)))

      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(409)])
      expect((await gateway.state()).received).toBe(received + 1)
    })

    test('is refused where the customer cannot pay, and the order can still be cancelled', async () => {
      const { id } = await placed()
      await gateway.behave('decline')
      const { status, body } = await confirm(id)

      expect([status, body.code]).toEqual([409, 'PAYMENT_DECLINED'])
      expect((await orderOf(id)).status).toBe('pending')
      expect((await cancel(id)).status).toBe(200)
      expect(await stock()).toBe(10)
    })

    test('waits for a gateway that is slow, but in time', async () => {
      await gateway.behave('slow', 20)

      expect((await confirm((await placed()).id)).status).toBe(200)
    })
  })
})

describe('a gateway that fails', () => {
  given({ paymentRecovery: '1h' })

  test('is a 503 that says when to come back, and changes neither order nor stock', async () => {
    await gateway.behave('fail')
    const order = await placed()
    const { status, headers, body } = await confirm(order.id)

    expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'PAYMENT_UNAVAILABLE', '3600'])
    expect(headers.get('content-type')).toBe('application/problem+json')
    expect([await orderOf(order.id), await stock(), await booked(order.id)]).toEqual([order, 9, []])
  })

  test('is soon left alone, while the rest of the shop goes on', async () => {
    await gateway.behave('fail')
    const order = await placed()
    while ((await confirm(order.id)).body.code !== 'CIRCUIT_OPEN');
    const { received } = await gateway.state()
    const answers = await Promise.all(Array.from({ length: 20 }, () => confirm(order.id)))

    expect(answers.map(({ status, body }) => `${status} ${body.code}`)).toEqual(
      Array(20).fill('503 CIRCUIT_OPEN'),
    )
    const pauses = answers.map(({ headers }) => Number(headers.get('retry-after')))
    expect(pauses.every((pause) => pause > 0 && pause <= 3_600)).toBe(true)
    expect((await gateway.state()).received).toBe(received)
    expect([await orderOf(order.id), await stock()]).toEqual([order, 9])
    expect((await service.get('/health/ready')).status).toBe(200)
    expect((await cancel((await placed()).id)).status).toBe(200)
  })
})

describe('a gateway that recovers', () => {
  given({ paymentRecovery: '1ms' })

  test('gives the money of a cancelled order back, which until then is not cancelled', async () => {
    const { id } = await placed()
    const confirmed = (await persist(() => confirm(id))).body
    await gateway.behave('fail')

    expect((await cancel(id)).status).toBe(503)
    expect([await orderOf(id), await stock(), await booked(id)]).toEqual([confirmed, 9, taken(id)])
    await gateway.behave('ok')
    expect((await persist(() => cancel(id))).body.status).toBe('cancelled')
    expect((await cancel(id)).status).toBe(409)
    expect([await stock(), await booked(id)]).toEqual([10, returned(id)])
  })

  test('takes payments again after it was killed and restarted', async () => {
    const order = await placed()
    const restart = await killGateway()
    expect((await confirm(order.id)).status).toBe(503)
    expect([await orderOf(order.id), await stock()]).toEqual([order, 9])

    await restart()
    expect((await persist(() => confirm(order.id))).body.status).toBe('confirmed')
    expect(await booked(order.id)).toEqual(taken(order.id))
  })

  test('takes a payment once, though it was killed before it said that it had', async () => {
    const { id } = await placed()
    await gateway.behave('lose')
    expect((await confirm(id)).status).toBe(503)
    const restart = await killGateway()

    await restart()
    expect((await persist(() => confirm(id))).status).toBe(200)
    expect(await booked(id)).toEqual(taken(id))
  })

  test('gives back what it took without saying so where the order is then cancelled', async () => {
    const { id } = await placed()
    await gateway.behave('lose')
    expect((await confirm(id)).status).toBe(503)
    expect(await booked(id)).toEqual(taken(id))
    await gateway.behave('ok')

    expect((await persist(() => cancel(id))).status).toBe(200)
    expect([await stock(), await booked(id)]).toEqual([10, returned(id)])
  })
})

describeEngines((start) => {
  describe('a gateway that does not answer in time', () => {
    given({ paymentTimeout: '500ms', paymentRecovery: '1ms' }, start)

    test.each(['lose', 'slow'] as const)(
      '(%s) but takes the payment is asked again, and takes it once',
      async (mode) => {
        const order = await placed()
        await gateway.behave(mode, 600_000)
        expect((await confirm(order.id)).status).toBe(503)
        expect([await orderOf(order.id), await booked(order.id)]).toEqual([order, taken(order.id)])

        await gateway.behave('ok')
        expect((await persist(() => confirm(order.id))).body.status).toBe('confirmed')
        expect(await booked(order.id)).toEqual(taken(order.id))
      },
    )

    test('holds neither the database nor other orders', async () => {
      await gateway.behave('hang')
      const orders = [await placed(), await placed(), await placed()]
      const hanging = orders.map(({ id }) => confirm(id))
      while ((await gateway.state()).waiting === 0);
      const other = await placed()
      expect((await cancel(other.id)).status).toBe(200)

      expect((await Promise.all(hanging)).map(({ status }) => status)).toEqual([503, 503, 503])
      expect(await Promise.all(orders.map(({ id }) => orderOf(id)))).toEqual(orders)
      await gateway.behave('ok')
      for (const { id } of orders) {
        expect((await persist(() => confirm(id))).status).toBe(200)
        expect(await booked(id)).toEqual(taken(id))
      }
    })
  })
})
