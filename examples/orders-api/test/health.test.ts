import { expect, test } from 'vitest'
import { healthRoutes } from '../src/http/health.ts'
import { startService } from './start-service.ts'

test('a running service lives and is ready', async () => {
  const service = await startService()
  const [live, ready] = [await service.get('/health/live'), await service.get('/health/ready')]
  await service.stop()

  expect([live.status, live.body]).toEqual([200, { status: 'healthy' }])
  expect([ready.status, ready.body]).toEqual([
    200,
    { status: 'healthy', checks: { lifecycle: 'healthy', database: 'healthy' } },
  ])
})

test('a service whose database fails lives but is not ready', async () => {
  const broken = { query: () => Promise.reject(new Error('disk full')), exec: () => Promise.resolve() }
  const health = healthRoutes({ database: broken, accepting: () => true })
  const [live, ready] = [await health.request('/live'), await health.request('/ready')]

  expect([live.status, ready.status]).toEqual([200, 503])
  expect(await ready.json()).toEqual({
    status: 'unhealthy',
    checks: { lifecycle: 'healthy', database: 'unhealthy' },
  })
})
