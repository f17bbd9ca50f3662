import { memoryLock } from '@base/core/lock'
import { ok, unwrap } from '@base/core/result'
import { TestClock } from '@base/core/testing'
import { expect, test } from 'vitest'
import { cancelOrder, confirmOrder } from '../src/orders/change-order.ts'
import { openBareShop } from './bare-shop.ts'

const permit = () => {}

test('an order whose payment is asked for while it is cancelled is not cancelled without its money', async () => {
  const { services, order, close } = await openBareShop(new TestClock())
  const { id } = unwrap(await order())
  const paid = new Set<string>()
  const payments = {
    take: async (key: string) => {
      paid.add(key)
      return ok(undefined)
    },
    giveBack: async (key: string) => void paid.delete(key),
  }
  // Two locks: what is left of one that Redis has forgotten.
  const confirming = { ...services, payments, lock: memoryLock() }
  const findById: typeof services.orders.findById = async (id) => {
    const found = await services.orders.findById(id)
    unwrap(await confirmOrder(confirming, { id, permit }))
    return found
  }
  const orders = { ...services.orders, findById }
  const cancelling = { ...services, payments, orders, lock: memoryLock() }

  const refused = await cancelOrder(cancelling, { id, permit }, 'too late')
  expect(refused).toMatchObject({ ok: false, error: { code: 'CONFLICT' } })
  expect((await services.orders.findById(id))?.status).toBe('confirmed')
  expect(paid).toEqual(new Set([id]))

  unwrap(await cancelOrder({ ...services, payments }, { id, permit }, 'too late'))
  expect(paid).toEqual(new Set())
  await close()
})
