import { expect, test } from 'vitest'
import { nextStatus, type OrderAction, orderStatuses } from './order-status.ts'

const actions: OrderAction[] = ['confirm', 'process', 'ship', 'deliver', 'cancel']

test('an order moves along these steps and no others', () => {
  const steps = orderStatuses.flatMap((status) =>
    actions.flatMap((action) => {
      const next = nextStatus(status, action)
      return next.ok ? [`${status} ${action} ${next.value}`] : []
    }),
  )

  expect(steps).toEqual([
    'pending confirm confirmed',
    'pending cancel cancelled',
    'confirmed process processing',
    'confirmed ship shipped',
    'confirmed cancel cancelled',
    'processing ship shipped',
    'processing cancel cancelled',
    'shipped deliver delivered',
    'shipped cancel cancelled',
  ])
})
