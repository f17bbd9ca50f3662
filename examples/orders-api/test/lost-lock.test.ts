import { memoryLock } from '@base/core/lock'
import { ok, unwrap } from '@base/core/result'
import { TestClock } from '@base/core/testing'
import { expect, test } from 'vitest'
import { cancelOrder, confirmOrder, moveOrder } from '../src/orders/change-order.ts'
import { openBareShop } from './bare-shop.ts'

const permit = () => {}
const held = { ok: false, error: { code: 'BEING_CANCELLED' } }

/** A shop with an order, and a gateway that tells who was paid. */
async function openPaidShop() {
  const { services, order, close } = await openBareShop(new TestClock())
  const { id } = unwrap(await order())
  const paid = new Set<string>()
  const payments = {
    take: async (key: string) => {
      paid.add(key)
      return ok(undefined)
    },
    giveBack: async (key: string): Promise<void> => void paid.delete(key),
  }
  // A lock of its own each time: what is left of one that Redis has forgotten.
  const unlocked = (changed: Partial<typeof payments> = {}) => ({
    ...services,
    payments: { ...payments, ...changed },
    lock: memoryLock(),
  })
  const status = async () => (await services.orders.findById(id))?.status
  return { id, paid, payments, unlocked, status, close }
}

test('an order that is cancelled while its payment is on the way is not confirmed without its money', async () => {
  const { id, paid, payments, unlocked, status, close } = await openPaidShop()
  const take = async (key: string) => {
    const taken = await payments.take(key)
    unwrap(await cancelOrder(unlocked(), { id, permit }, 'too late'))
    return taken
  }

  const refused = await confirmOrder(unlocked({ take }), { id, permit })
  expect(refused).toMatchObject({ ok: false, error: { code: 'ILLEGAL_TRANSITION' } })
  expect([await status(), paid]).toEqual(['cancelled', new Set()])
  await close()
})

test('an order whose money is on its way back is not shipped', async () => {
  const { id, paid, payments, unlocked, status, close } = await openPaidShop()
  unwrap(await confirmOrder(unlocked(), { id, permit }))
  const giveBack = async (key: string) => {
    await payments.giveBack(key)
    expect(await moveOrder(unlocked(), { id, permit }, 'ship')).toMatchObject(held)
  }

  unwrap(await cancelOrder(unlocked({ giveBack }), { id, permit }, 'too late'))
  expect([await status(), paid]).toEqual(['cancelled', new Set()])
  await close()
})

test('an order whose money was given back can be cancelled, and nothing else, though nobody noted that it was', async () => {
  const { id, paid, payments, unlocked, status, close } = await openPaidShop()
  unwrap(await confirmOrder(unlocked(), { id, permit }))
  const giveBack = async (key: string) => {
    await payments.giveBack(key)
    throw new Error('killed')
  }
  await expect(cancelOrder(unlocked({ giveBack }), { id, permit }, 'too late')).rejects.toThrow('killed')
  expect([await status(), paid]).toEqual(['confirmed', new Set()])

  for (const action of ['process', 'ship'] as const) {
    expect(await moveOrder(unlocked(), { id, permit }, action)).toMatchObject(held)
  }
  unwrap(await cancelOrder(unlocked(), { id, permit }, 'too late'))
  expect([await status(), paid]).toEqual(['cancelled', new Set()])
  await close()
})
