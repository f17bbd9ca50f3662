import { expect, test } from 'vitest'
import type { Entry } from '../src/gateway/ledger.ts'
import type { Asked, Placed } from './asked.ts'
import { brokenLaws, type KeptOrder, type Outcome } from './laws.ts'

const lines = [{ sku: 'MUG', quantity: 2 }]
const placed = (id: string) => ({ id, total: 4_990, lines }) as unknown as Placed
const kept = (id: string, key: string, change: Partial<KeptOrder> = {}): KeptOrder => ({
  id,
  key,
  customer: 'ada',
  status: 'confirmed',
  total: 4_990,
  lines,
  ...change,
})
const asked = (key: string, id: string, change: Partial<Asked> = {}): Asked => ({
  key,
  customer: 'ada',
  lines,
  placed: [placed(id)],
  status: 'confirmed',
  ...change,
})
const taken = (key: string, minor = '4990'): Entry => ({
  key,
  type: 'taken',
  amount: { minor, currency: 'EUR' },
})

/** One order that was confirmed, one that was cancelled after it was paid, and one that was refused. */
const RIGHT: Outcome = {
  asked: [
    asked('a', 'order_1'),
    asked('b', 'order_2', { status: 'cancelled' }),
    { key: 'c', customer: 'ada', lines, placed: [], refused: 'OUT_OF_STOCK' },
  ],
  orders: [kept('order_1', 'a'), kept('order_2', 'b', { status: 'cancelled' })],
  stock: { MUG: { before: 10, left: 8 } },
  ledger: [taken('order_1'), taken('order_2'), { key: 'order_2', type: 'returned' }],
}
const but = (change: Partial<Outcome>) => brokenLaws({ ...RIGHT, ...change })

test('orders in that equal orders out break no law', () => {
  expect(brokenLaws(RIGHT)).toEqual([])
})

test.each<[what: string, change: Partial<Outcome>, law: string]>([
  [
    'an order is lost',
    { orders: [kept('order_2', 'b', { status: 'cancelled' })] },
    'a has 0 orders in the database',
  ],
  [
    'an order is doubled',
    { orders: [...RIGHT.orders, kept('order_3', 'a')] },
    'a has the orders order_1, order_3',
  ],
  [
    'two answers name two orders',
    {
      asked: [
        asked('a', 'order_1', { placed: [placed('order_1'), placed('order_9')] }),
        ...RIGHT.asked.slice(1),
      ],
    },
    'a has the orders order_1, order_9',
  ],
  [
    'an order was refused and is there',
    { orders: [...RIGHT.orders, kept('order_3', 'c')] },
    'c has 1 orders in the database',
  ],
  [
    'an order was never asked for',
    { orders: [...RIGHT.orders, kept('order_3', 'z')] },
    'order_3 was never asked for',
  ],
  [
    'a key has no answer',
    { asked: [...RIGHT.asked, { key: 'd', customer: 'ada', lines, placed: [] }] },
    'd was never answered',
  ],
  [
    'an order holds other goods',
    { asked: [asked('a', 'order_1', { lines: [{ sku: 'MUG', quantity: 3 }] }), ...RIGHT.asked.slice(1)] },
    'a is not what was asked for',
  ],
  [
    'an order costs more than was answered',
    { orders: [kept('order_1', 'a', { total: 5_000 }), ...RIGHT.orders.slice(1)] },
    'a is not what was answered',
  ],
  [
    'a change is lost',
    { orders: [kept('order_1', 'a', { status: 'pending' }), ...RIGHT.orders.slice(1)] },
    'a is pending, and was brought to confirmed',
  ],
  [
    'a piece is sold twice',
    { stock: { MUG: { before: 10, left: 9 } } },
    '1 of MUG have left the stock, and 2 are in orders',
  ],
  [
    'a customer is charged twice',
    { ledger: [...RIGHT.ledger, taken('order_1')] },
    'order_1 was paid 2 times',
  ],
  [
    'a confirmed order is not paid',
    { ledger: RIGHT.ledger.slice(1) },
    'order_1 is confirmed, and 0 of its 4990 are here',
  ],
  [
    'another sum was paid',
    { ledger: [taken('order_1', '100'), ...RIGHT.ledger.slice(1)] },
    'order_1 is confirmed, and 100 of its 4990 are here',
  ],
  [
    'the money of a cancelled order is kept',
    { ledger: RIGHT.ledger.slice(0, 2) },
    'order_2 is cancelled, and 4990 of its 4990 are here',
  ],
  [
    'money is there that belongs to no order',
    { ledger: [...RIGHT.ledger, taken('order_9')] },
    'order_9 was paid, and is no order',
  ],
])('where %s, that is found', (_, change, law) => {
  expect(but(change)).toContain(law)
})
