import type { DomainEvent } from '@base/domain/event'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { orderEvents } from '../src/orders/events.ts'
import { forAda, startService, type TestService } from './start-service.ts'

let service: TestService
const heard: DomainEvent[] = []
const hear = (event: unknown) => heard.push(event as DomainEvent)
beforeAll(async () => {
  orderEvents.subscribe(hear)
  service = await startService()
})
afterAll(async () => {
  orderEvents.unsubscribe(hear)
  await service?.stop()
})

test('what happens to an order is told once it is saved, with the request that did it', async () => {
  await service.send('PUT', '/items/TOLD', { name: 'Lamp', price: 2_000, stock: 1 })
  const order = { ...forAda, lines: [{ sku: 'TOLD', quantity: 1 }] }
  const placed = await service.send('POST', '/orders', order)
  const { id } = placed.body
  const refused = await service.send('POST', '/orders', order)
  await service.send('POST', `/orders/${id}/ship`)
  await service.send('POST', `/orders/${id}/confirm`)
  await service.send('POST', `/orders/${id}/ship`)
  await service.send('POST', `/orders/${id}/cancel`, { reason: 'lost' })

  expect(refused.status).toBe(409)
  expect(heard.map(({ type, payload, version }) => [type, payload, version])).toEqual([
    ['order.placed', { customer: 'ada', total: 2_990, lines: [{ sku: 'TOLD', quantity: 1 }] }, 1],
    ['order.confirmed', { total: 2_990 }, 3],
    ['order.shipped', { address: forAda.address }, 4],
    ['order.cancelled', { reason: 'lost' }, 6],
  ])
  expect(new Set(heard.map(({ aggregateId }) => aggregateId))).toEqual(new Set([id]))
  expect(heard[0]?.correlationId).toBe(placed.headers.get('x-correlation-id'))
})
