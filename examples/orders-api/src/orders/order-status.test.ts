import { expect, test } from 'vitest'
import { type OrderAction, orderStatuses, steps } from './order-status.ts'
import { allows } from './rules.ts'

const actions: OrderAction[] = ['confirm', 'process', 'ship', 'deliver', 'cancel', 'expire']

test('an order moves along these steps and no others', () => {
  const possible = orderStatuses.flatMap((status) =>
    actions
      .filter((action) => allows(action).isSatisfiedBy({ status }))
      .map((action) => `${status} ${action} ${steps[action].to}`),
  )

  expect(possible).toEqual([
    'pending confirm confirmed',
    'pending cancel cancelled',
    'pending expire cancelled',
    'confirmed process processing',
    'confirmed ship shipped',
    'confirmed cancel cancelled',
    'processing ship shipped',
    'processing cancel cancelled',
    'shipped deliver delivered',
    'shipped cancel cancelled',
  ])
})
