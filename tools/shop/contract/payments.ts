import { afterEach, describe, expect, test } from 'vitest'
import { type Answer, orderOf } from '../visitor.ts'
import { newItem, type OpenShop, refusalOf, stockOf } from './open-shop.ts'

/** Paying, and what becomes of an order where the gateway fails; to be called last, for it leaves a breaker open. */
export function payments(shop: () => OpenShop): void {
  afterEach(() => shop().gateway.behave('ok'))

  confirming(shop)

  test('cancelling a paid order gives its money back and its goods', async () => {
    const sku = await newItem(shop())
    const { id } = await place(shop(), sku)
    await confirm(shop(), id)

    expect((await cancel(shop(), id)).body.status).toBe('cancelled')
    expect([await booked(shop(), id), await stockOf(shop(), sku)]).toEqual([['taken', 'returned'], 10])
  })

  outages(shop)
}

function confirming(shop: () => OpenShop): void {
  describe('confirming an order', () => {
    test('takes its payment once, by its id', async () => {
      const { id, total } = await place(shop(), await newItem(shop()))
      const { status, body } = await confirm(shop(), id)

      expect([status, body.status]).toEqual([200, 'confirmed'])
      expect(await shop().gateway.books()).toContainEqual({
        key: id,
        type: 'taken',
        amount: { minor: String(total), currency: 'EUR' },
      })
      expect(refusalOf(await confirm(shop(), id))).toEqual([409, 'ILLEGAL_TRANSITION'])
      expect(await booked(shop(), id)).toEqual(['taken'])
    })

    test('is refused where the customer cannot pay, and may be tried again', async () => {
      const { id } = await place(shop(), await newItem(shop()))
      await shop().gateway.behave('decline')

      expect(refusalOf(await confirm(shop(), id))).toEqual([409, 'PAYMENT_DECLINED'])
      await shop().gateway.behave('ok')
      expect((await confirm(shop(), id)).body.status).toBe('confirmed')
    })

    test('twenty times at once pays once', async () => {
      const { id } = await place(shop(), await newItem(shop()))
      const answers = await Promise.all(Array.from({ length: 20 }, () => confirm(shop(), id)))

      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
      expect(await booked(shop(), id)).toEqual(['taken'])
    })
  })
}

function outages(shop: () => OpenShop): void {
  describe('a gateway that is out of order', () => {
    test('changes nothing, and who is refused is told when to come back', async () => {
      const order = await place(shop(), await newItem(shop()))
      await shop().gateway.behave('fail')
      const refused = await confirm(shop(), order.id)

      expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([503, true])
      expect((await shop().ada.get(`/orders/${order.id}`)).body).toEqual(order)
      await shop().gateway.behave('ok')
      expect((await persist(() => confirm(shop(), order.id))).body.status).toBe('confirmed')
    })

    test('leaves an order that is being cancelled to be cancelled, and nothing else', async () => {
      const { id } = await place(shop(), await newItem(shop()))
      await persist(() => confirm(shop(), id))
      await shop().gateway.behave('fail')
      expect((await cancel(shop(), id)).status).toBe(503)

      const shipped = await shop().charles.post(`/orders/${id}/ship`, {})
      expect(refusalOf(shipped)).toEqual([409, 'BEING_CANCELLED'])
      await shop().gateway.behave('ok')
      expect((await persist(() => cancel(shop(), id))).body.status).toBe('cancelled')
    })

    test('and took the money without saying so takes it once, and gives it back', async () => {
      const [paid, cancelled] = [
        await place(shop(), await newItem(shop())),
        await place(shop(), await newItem(shop())),
      ]
      await shop().gateway.behave('lose')
      for (const { id } of [paid, cancelled]) expect((await confirm(shop(), id)).status).toBe(503)
      await shop().gateway.behave('ok')

      expect((await persist(() => confirm(shop(), paid.id))).body.status).toBe('confirmed')
      expect(await booked(shop(), paid.id)).toEqual(['taken'])
      expect((await persist(() => cancel(shop(), cancelled.id))).body.status).toBe('cancelled')
      expect((await booked(shop(), cancelled.id)).at(-1)).toBe('returned')
    })
  })
}

async function place({ ada }: OpenShop, sku: string) {
  return (await ada.post('/orders', orderOf(sku))).body
}

function confirm({ ada }: OpenShop, id: string): Promise<Answer> {
  return ada.post(`/orders/${id}/confirm`, {})
}

function cancel({ ada }: OpenShop, id: string): Promise<Answer> {
  return ada.post(`/orders/${id}/cancel`, { reason: 'too late' })
}

async function booked({ gateway }: OpenShop, id: string) {
  return (await gateway.books()).filter(({ key }) => key === id).map(({ type }) => type)
}

/** Asks again for as long as the gateway is said not to answer. */
async function persist(ask: () => Promise<Answer>): Promise<Answer> {
  let answer = await ask()
  while (answer.status === 503) answer = await ask()
  return answer
}
