import { describe, expect, test } from 'vitest'
import { orderOf } from '../visitor.ts'
import { newItem, type OpenShop, refusalOf, stockOf } from './open-shop.ts'

/** Orders that are sent again. */
export function idempotency(shop: () => OpenShop): void {
  const place = (key: string, body: object) => shop().ada.post('/orders', body, { 'idempotency-key': key })

  describe('an order with an Idempotency-Key', () => {
    test('that is sent again is placed once, and answered as the first time', async () => {
      const sku = await newItem(shop())
      const first = await place('"again"', orderOf(sku))
      const again = await place('again', orderOf(sku))

      expect([first.status, again.status, await stockOf(shop(), sku)]).toEqual([201, 201, 9])
      expect(again.body).toEqual(first.body)
      expect(again.headers.get('location')).toBe(first.headers.get('location'))
      expect([first, again].map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([null, 'true'])
    })

    test('that comes twenty times at once is one order; who is refused is told when to ask again', async () => {
      const sku = await newItem(shop())
      const answers = await Promise.all(Array.from({ length: 20 }, () => place('at-once', orderOf(sku))))
      const ids = answers.flatMap(({ status, body }) => (status === 201 ? [body.id] : []))

      expect([new Set(ids).size, await stockOf(shop(), sku)]).toEqual([1, 9])
      for (const refused of answers.filter(({ status }) => status !== 201)) {
        expect(refusalOf(refused)).toEqual([409, 'IDEMPOTENCY_IN_PROGRESS'])
        expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
      }
    })

    test('is refused where the key belongs to another one', async () => {
      const sku = await newItem(shop())
      await place('other', orderOf(sku))

      expect(refusalOf(await place('other', orderOf(sku, 2)))).toEqual([422, 'IDEMPOTENCY_MISMATCH'])
    })

    test('that is refused frees the key', async () => {
      const sku = await newItem(shop())

      expect(refusalOf(await place('freed', orderOf(sku, 99)))).toEqual([409, 'OUT_OF_STOCK'])
      expect((await place('freed', orderOf(sku))).status).toBe(201)
    })

    test('has a key of its own for each customer', async () => {
      const sku = await newItem(shop())
      const mine = await place('shared', orderOf(sku))
      const theirs = await shop().charles.post('/orders', orderOf(sku), { 'idempotency-key': 'shared' })

      expect([theirs.status, theirs.headers.get('idempotency-replayed')]).toEqual([201, null])
      expect(theirs.body.id).not.toBe(mine.body.id)
    })

    test.each(['', '"', '"a', 'a b', 'x'.repeat(256)])(
      'is refused for a key that is none: %j',
      async (key) => {
        expect(refusalOf(await place(key, orderOf('ANY')))).toEqual([400, 'IDEMPOTENCY_KEY_MALFORMED'])
      },
    )
  })
}
