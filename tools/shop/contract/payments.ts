import { afterEach, describe, expect, test } from 'vitest'
import { type Answer, orderOf } from '../visitor.ts'
import { newItem, type OpenShop, refusalOf, stockOf } from './open-shop.ts'

/** Paying, and what becomes of an order where the gateway fails; to be called last, for it leaves a breaker open. */
export function payments(shop: () => OpenShop): void {
  afterEach(() => shop().gateway.behave('ok'))

  const place = async (sku: string) => (await shop().ada.post('/orders', orderOf(sku))).body
  const confirm = (id: string) => shop().ada.post(`/orders/${id}/confirm`, {})
  const cancel = (id: string) => shop().ada.post(`/orders/${id}/cancel`, { reason: 'too late' })
  const booked = async (id: string) =>
    (await shop().gateway.books()).filter(({ key }) => key === id).map(({ type }) => type)

  /** Asks again for as long as the gateway is said not to answer. */
  async function persist(ask: () => Promise<Answer>): Promise<Answer> {
    let answer = await ask()
    while (answer.status === 503) answer = await ask()
    return answer
  }

  describe('confirming an order', () => {
    test('takes its payment once, by its id', async () => {
      const { id, total } = await place(await newItem(shop()))
      const { status, body } = await confirm(id)

      expect([status, body.status]).toEqual([200, 'confirmed'])
      expect(await shop().gateway.books()).toContainEqual({
        key: id,
        type: 'taken',
        amount: { minor: String(total), currency: 'EUR' },
      })
      expect(refusalOf(await confirm(id))).toEqual([409, 'ILLEGAL_TRANSITION'])
      expect(await booked(id)).toEqual(['taken'])
    })

    test('is refused where the customer cannot pay, and may be tried again', async () => {
      const { id } = await place(await newItem(shop()))
      await shop().gateway.behave('decline')

      expect(refusalOf(await confirm(id))).toEqual([409, 'PAYMENT_DECLINED'])
      await shop().gateway.behave('ok')
      expect((await confirm(id)).body.status).toBe('confirmed')
    })

    test('twenty times at once pays once', async () => {
      const { id } = await place(await newItem(shop()))
      const answers = await Promise.all(Array.from({ length: 20 }, () => confirm(id)))

      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
      expect(await booked(id)).toEqual(['taken'])
    })
  })

  test('cancelling a paid order gives its money back and its goods', async () => {
    const sku = await newItem(shop())
    const { id } = await place(sku)
    await confirm(id)

    expect((await cancel(id)).body.status).toBe('cancelled')
    expect([await booked(id), await stockOf(shop(), sku)]).toEqual([['taken', 'returned'], 10])
  })

  describe('a gateway that is out of order', () => {
    test('changes nothing, and who is refused is told when to come back', async () => {
      const order = await place(await newItem(shop()))
      await shop().gateway.behave('fail')
      const refused = await confirm(order.id)

      expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([503, true])
      expect((await shop().ada.get(`/orders/${order.id}`)).body).toEqual(order)
      await shop().gateway.behave('ok')
      expect((await persist(() => confirm(order.id))).body.status).toBe('confirmed')
    })

    test('and took the money without saying so takes it once, and gives it back', async () => {
      const [paid, cancelled] = [await place(await newItem(shop())), await place(await newItem(shop()))]
      await shop().gateway.behave('lose')
      for (const { id } of [paid, cancelled]) expect((await confirm(id)).status).toBe(503)
      await shop().gateway.behave('ok')

      expect((await persist(() => confirm(paid.id))).body.status).toBe('confirmed')
      expect(await booked(paid.id)).toEqual(['taken'])
      expect((await persist(() => cancel(cancelled.id))).body.status).toBe('cancelled')
      expect((await booked(cancelled.id)).at(-1)).toBe('returned')
    })
  })
}
