import { describe, expect, test } from 'vitest'
import { orderOf } from '../visitor.ts'
import { newItem, type OpenShop, refusalOf, stockOf } from './open-shop.ts'

/** Orders that are sent again. */
export function idempotency(shop: () => OpenShop): void {
  repeats(shop)
  keys(shop)
}

function repeats(shop: () => OpenShop): void {
  describe('an order with an Idempotency-Key', () => {
    test('that is sent again is placed once, and answered as the first time', async () => {
      const sku = await newItem(shop())
      const first = await place(shop(), '"again"', orderOf(sku))
      const again = await place(shop(), 'again', orderOf(sku))

      expect([first.status, again.status, await stockOf(shop(), sku)]).toEqual([201, 201, 9])
      expect(again.body).toEqual(first.body)
      expect(again.headers.get('location')).toBe(first.headers.get('location'))
      expect([first, again].map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([null, 'true'])
    })

    test('that comes twenty times at once is one order; who is refused is told when to ask again', async () => {
      const sku = await newItem(shop())
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => place(shop(), 'at-once', orderOf(sku))),
      )
      const ids = answers.flatMap(({ status, body }) => (status === 201 ? [body.id] : []))

      expect([new Set(ids).size, await stockOf(shop(), sku)]).toEqual([1, 9])
      for (const refused of answers.filter(({ status }) => status !== 201)) {
        expect(refusalOf(refused)).toEqual([409, 'IDEMPOTENCY_IN_PROGRESS'])
        expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
      }
    })
  })
}

function keys(shop: () => OpenShop): void {
  describe('an Idempotency-Key', () => {
    test('is refused where it belongs to another order', async () => {
      const sku = await newItem(shop())
      await place(shop(), 'other', orderOf(sku))

      expect(refusalOf(await place(shop(), 'other', orderOf(sku, 2)))).toEqual([422, 'IDEMPOTENCY_MISMATCH'])
    })

    test('is free again where its order was refused', async () => {
      const sku = await newItem(shop())

      expect(refusalOf(await place(shop(), 'freed', orderOf(sku, 99)))).toEqual([409, 'OUT_OF_STOCK'])
      expect((await place(shop(), 'freed', orderOf(sku))).status).toBe(201)
    })

    test('is each customer’s own', async () => {
      const sku = await newItem(shop())
      const mine = await place(shop(), 'shared', orderOf(sku))
      const theirs = await shop().charles.post('/orders', orderOf(sku), { 'idempotency-key': 'shared' })

      expect([theirs.status, theirs.headers.get('idempotency-replayed')]).toEqual([201, null])
      expect(theirs.body.id).not.toBe(mine.body.id)
    })

    test.each(['', '"', '"a', 'a b', 'x'.repeat(256)])('is refused where it is none: %j', async (key) => {
      expect(refusalOf(await place(shop(), key, orderOf('ANY')))).toEqual([400, 'IDEMPOTENCY_KEY_MALFORMED'])
    })
  })
}

function place({ ada }: OpenShop, key: string, body: object) {
  return ada.post('/orders', body, { 'idempotency-key': key })
}
