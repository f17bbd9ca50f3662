import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Config } from '../src/config.ts'
import { runGateway, type TestGateway } from './run-gateway.ts'
import { type Answer, forAda, startService, type TestService } from './start-service.ts'

let folder: string
let gateway: TestGateway
let service: TestService
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'orders-pay-'))
  gateway = await runGateway({ ledger: join(folder, 'ledger') })
})
afterEach(async () => {
  await service?.stop()
  await gateway.kill()
  rmSync(folder, { recursive: true })
})

async function start(settings: Partial<Config> = {}): Promise<void> {
  service = await startService({ paymentUrl: gateway.url, paymentTimeout: '10s', ...settings })
  await service.send('PUT', '/items/LAMP', { name: 'Lamp', price: 2_000, stock: 10 })
}

async function placed(): Promise<{ id: string; total: number }> {
  const lines = [{ sku: 'LAMP', quantity: 1 }]
  return (await service.send('POST', '/orders', { ...forAda, lines })).body
}

const confirm = (id: string) => service.send('POST', `/orders/${id}/confirm`)
const cancel = (id: string) => service.send('POST', `/orders/${id}/cancel`, { reason: 'too late' })
const orderOf = async (id: string) => (await service.get(`/orders/${id}`)).body
const stock = async () => (await service.get('/items/LAMP')).body.stock

/** Asks again for as long as the gateway is said not to answer. */
async function persist(ask: () => Promise<Answer>): Promise<Answer> {
  let answer = await ask()
  while (answer.status === 503) answer = await ask()
  return answer
}

const taken = (id: string) => ({ key: id, type: 'taken', amount: { minor: '2990', currency: 'EUR' } })

describe('confirming an order', () => {
  test('takes its payment', async () => {
    await start()
    const { id } = await placed()

    expect([(await confirm(id)).body.status, await gateway.books()]).toEqual(['confirmed', [taken(id)]])
  })

  test('20 times at once takes it once', async () => {
    await start()
    const { id } = await placed()
    const answers = await Promise.all(Array.from({ length: 20 }, () => confirm(id)))

    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(409)])
    expect((await gateway.state()).received).toBe(1)
  })

  test('is refused where the customer cannot pay, and the order can still be cancelled', async () => {
    await start()
    await gateway.behave('decline')
    const { id } = await placed()
    const { status, body } = await confirm(id)

    expect([status, body.code]).toEqual([409, 'PAYMENT_DECLINED'])
    expect((await orderOf(id)).status).toBe('pending')
    await gateway.behave('ok')
    expect((await cancel(id)).status).toBe(200)
    expect(await stock()).toBe(10)
  })

  test('waits for a gateway that is slow, but in time', async () => {
    await start()
    await gateway.behave('slow', 20)

    expect((await confirm((await placed()).id)).status).toBe(200)
  })
})

describe('a gateway that is down', () => {
  test('is a 503 that says when to come back, and changes neither order nor stock', async () => {
    await start({ paymentRecovery: '90s' })
    await gateway.behave('fail')
    const order = await placed()
    const { status, headers, body } = await confirm(order.id)

    expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'PAYMENT_UNAVAILABLE', '90'])
    expect(headers.get('content-type')).toBe('application/problem+json')
    expect([await orderOf(order.id), await stock(), await gateway.books()]).toEqual([order, 9, []])
  })

  test('is soon left alone, while the rest of the shop goes on', async () => {
    await start({ paymentRecovery: '1h' })
    await gateway.behave('fail')
    const order = await placed()
    let answer = await confirm(order.id)
    while (answer.body.code !== 'CIRCUIT_OPEN') answer = await confirm(order.id)
    const { received } = await gateway.state()
    const answers = await Promise.all(Array.from({ length: 20 }, () => confirm(order.id)))

    expect(received).toBe(5)
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.code}`))).toEqual(
      new Set(['503 CIRCUIT_OPEN']),
    )
    const pauses = answers.map(({ headers }) => Number(headers.get('retry-after')))
    expect(pauses.every((pause) => pause > 0 && pause <= 3_600)).toBe(true)
    expect((await gateway.state()).received).toBe(received)
    expect(await orderOf(order.id)).toEqual(order)
    expect((await service.get('/health/ready')).status).toBe(200)
    expect((await cancel((await placed()).id)).status).toBe(200)
  })

  test('keeps a paid order from being cancelled, and gives the money back once it is up', async () => {
    await start({ paymentRecovery: '1ms' })
    const { id } = await placed()
    const confirmed = (await confirm(id)).body
    await gateway.behave('fail')

    expect((await cancel(id)).status).toBe(503)
    expect([await orderOf(id), await stock()]).toEqual([confirmed, 9])
    await gateway.behave('ok')
    expect((await persist(() => cancel(id))).body.status).toBe('cancelled')
    expect((await cancel(id)).status).toBe(409)
    expect([await stock(), await gateway.books()]).toEqual([10, [{ key: id, type: 'returned' }]])
  })

  test('takes payments again once it was killed and restarted', async () => {
    await start({ paymentRecovery: '1ms' })
    const { id } = await placed()
    await gateway.kill()
    expect((await confirm(id)).status).toBe(503)
    expect((await orderOf(id)).status).toBe('pending')

    gateway = await runGateway({ port: new URL(gateway.url).port, ledger: join(folder, 'ledger') })
    expect((await persist(() => confirm(id))).status).toBe(200)
    expect(await gateway.books()).toEqual([taken(id)])
  })
})

describe('a gateway that takes the payment and does not say so', () => {
  test.each(['lose', 'slow'] as const)('(%s) is asked again, and takes it once', async (mode) => {
    await start({ paymentTimeout: '300ms', paymentRecovery: '1ms' })
    const order = await placed()
    await gateway.behave(mode, 600_000)
    expect((await confirm(order.id)).status).toBe(503)
    expect([await orderOf(order.id), await gateway.books()]).toEqual([order, [taken(order.id)]])

    await gateway.behave('ok')
    expect((await persist(() => confirm(order.id))).body.status).toBe('confirmed')
    expect(await gateway.books()).toEqual([taken(order.id)])
    expect((await gateway.state()).received).toBeGreaterThan(2)
  })

  test('takes it once also where it is killed and restarted in between', async () => {
    await start({ paymentRecovery: '1ms' })
    const { id } = await placed()
    await gateway.behave('lose')
    expect((await confirm(id)).status).toBe(503)
    await gateway.kill()

    gateway = await runGateway({ port: new URL(gateway.url).port, ledger: join(folder, 'ledger') })
    expect((await persist(() => confirm(id))).status).toBe(200)
    expect(await gateway.books()).toEqual([taken(id)])
  })

  test('gives it back where the order is then cancelled', async () => {
    await start({ paymentRecovery: '1ms' })
    const { id } = await placed()
    await gateway.behave('lose')
    await confirm(id)
    await gateway.behave('ok')

    expect((await persist(() => cancel(id))).status).toBe(200)
    expect([await stock(), await gateway.books()]).toEqual([10, [{ key: id, type: 'returned' }]])
  })
})

describe('a gateway that hangs', () => {
  test('holds neither the database nor other orders, and is given up', async () => {
    await start({ paymentTimeout: '1s', paymentRecovery: '1ms' })
    await gateway.behave('hang')
    const orders = [await placed(), await placed(), await placed()]
    const hanging = Promise.all(orders.map(({ id }) => confirm(id)))
    while ((await gateway.state()).waiting < orders.length);
    const other = await placed()
    expect((await cancel(other.id)).status).toBe(200)

    expect((await hanging).map(({ status }) => status)).toEqual([503, 503, 503])
    expect(await Promise.all(orders.map(({ id }) => orderOf(id)))).toEqual(orders)
    while ((await gateway.state()).waiting > 0);
    await gateway.behave('ok')
    for (const { id } of orders) expect((await persist(() => confirm(id))).status).toBe(200)
    expect([await stock(), await gateway.books()]).toEqual([7, orders.map(({ id }) => taken(id))])
  })
})
