import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { secret } from '@base/core/secret'
import { expect, test } from 'vitest'
import { openServer } from '../src/database/server.ts'
import { healthRoutes } from '../src/http/health.ts'
import { startService } from './start-service.ts'

/** A port where nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

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

test('a service whose database does not answer lives but is not ready', async () => {
  const { db, close } = openServer(secret(`postgres://nobody@127.0.0.1:${await freePort()}/none`))
  const health = healthRoutes({ database: db, accepting: () => true })
  const [live, ready] = [await health.request('/live'), await health.request('/ready')]

  await close()

  expect([live.status, ready.status]).toEqual([200, 503])
  expect(await ready.json()).toEqual({
    status: 'unhealthy',
    checks: { lifecycle: 'healthy', database: 'unhealthy' },
  })
})
