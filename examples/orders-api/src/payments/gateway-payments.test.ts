import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { money } from '../orders/pricing.ts'
import { GatewayPayments } from './gateway-payments.ts'

const KEY = 'order_1'
const paid = { key: KEY, paid: { minor: '2990', currency: 'EUR' } }
const UNAVAILABLE = { code: 'PAYMENT_UNAVAILABLE' }

let answering: RequestListener
const server = createServer((request, response) => answering(request, response))
afterEach(() => void server.close())

async function paymentsAt(listener: RequestListener): Promise<GatewayPayments> {
  answering = listener
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return new GatewayPayments(`http://127.0.0.1:${port}`, { paymentTimeout: '5s', paymentRecovery: '5s' })
}

const always = (status: number, body: string) =>
  paymentsAt((_, response) => response.writeHead(status).end(body))

describe('payments', () => {
  test.each([200, 201])('are taken where the gateway says so with %i', async (status) => {
    const payments = await always(status, JSON.stringify(paid))

    expect(await payments.take(KEY, money(2_990))).toMatchObject({ ok: true })
  })

  test.each([
    ['a page', '<html>Down for maintenance</html>'],
    ['nothing', ''],
    ['null', 'null'],
    ['another amount', JSON.stringify({ ...paid, paid: { ...paid.paid, minor: '1' } })],
    ['that nothing is paid', JSON.stringify({ ...paid, paid: null })],
  ])('are not taken where it answers 200 with %s', async (_, body) => {
    const payments = await always(200, body)

    await expect(payments.take(KEY, money(2_990))).rejects.toMatchObject(UNAVAILABLE)
  })

  test.each([
    ['a page', '<html>Down for maintenance</html>'],
    ['nothing', ''],
    ['that it is still paid', JSON.stringify(paid)],
  ])('are not given back where it answers 200 with %s', async (_, body) => {
    const payments = await always(200, body)

    await expect(payments.giveBack(KEY)).rejects.toMatchObject(UNAVAILABLE)
  })

  test('are declined with the head of the answer, whatever becomes of its body', async () => {
    const payments = await paymentsAt((_, response) => response.writeHead(402).flushHeaders())

    expect(await payments.take(KEY, money(2_990))).toMatchObject({ ok: false })
  })

  test.each([301, 302, 303, 307, 308])('are taken nowhere else, whatever %i says', async (status) => {
    const asked = new Set<string | undefined>()
    const payments = await paymentsAt(({ url }, response) => {
      asked.add(url)
      if (url === '/elsewhere') response.end(JSON.stringify(paid))
      else response.writeHead(status, { location: '/elsewhere' }).end()
    })

    await expect(payments.take(KEY, money(2_990))).rejects.toMatchObject(UNAVAILABLE)
    expect([...asked]).toEqual(['/payments'])
  })
})
