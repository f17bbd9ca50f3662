import { spawn } from 'node:child_process'
import { afterEach, expect, test, vi } from 'vitest'
import { startGateway } from './own-gateway.ts'

vi.mock('node:child_process', { spy: true })
afterEach(() => vi.unstubAllEnvs())

test('a gateway of our own gets none of our secrets, nor whatever else there is', async () => {
  for (const name of ['DATABASE_URL', 'REDIS_URL', 'DEMO_PASSWORD', 'FIELD_KEYS', 'OIDC_CLIENT_SECRET'])
    vi.stubEnv(name, 'secret')
  const gateway = await startGateway(undefined)
  const state = await fetch(`${gateway.url}/control`)
  await gateway.stop()

  expect(state.status).toBe(200)
  expect(vi.mocked(spawn).mock.lastCall?.[2].env).toEqual({ PATH: process.env['PATH'], GATEWAY_PORT: '0' })
})
