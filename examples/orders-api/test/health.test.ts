import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { secret } from '@base/core/secret'
import { expect, test } from 'vitest'
import { openServer } from '../src/database/server.ts'
import { healthOf, healthRoutes } from '../src/http/health.ts'
import { startService } from './start-service.ts'

/** A port where nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

test('a running service lives, is ready and has started, and tells strangers no more', async () => {
  await using service = await startService()
  for (const probe of ['live', 'ready', 'startup']) {
    const { status, body, headers } = await service.get(`/health/${probe}`)
    expect([status, body]).toEqual([200, { status: 'pass' }])
    expect(headers.get('content-type')).toBe('application/health+json')
  }
})

test('whoever runs it sees at the other port what was found', async () => {
  await using service = await startService()
  const ready = await fetch(`${service.operationsUrl}/health/ready`)

  expect([ready.status, await ready.json()]).toMatchObject([
    200,
    { status: 'pass', checks: { lifecycle: [{ status: 'pass' }], database: [{ status: 'pass' }] } },
  ])
})

test('that port lets go whoever it has answered, so that a stop waits for nobody', async () => {
  await using service = await startService()
  const answers = await Promise.all(
    ['/metrics', '/health/live', '/nothing'].map((path) => fetch(service.operationsUrl + path)),
  )

  expect(answers.map(({ headers }) => headers.get('connection'))).toEqual(['close', 'close', 'close'])
})

test('metrics are at that port alone', async () => {
  await using service = await startService()
  const here = await fetch(`${service.operationsUrl}/metrics`)

  expect((await service.fetch('/metrics')).status).toBe(404)
  expect(await here.text()).toContain('process_cpu_time_seconds_total')
})

test('a service whose database does not answer lives but is not ready', async () => {
  const { db, close } = openServer(secret(`postgres://nobody@127.0.0.1:${await freePort()}/none`), '10s')
  const health = healthRoutes(
    healthOf(db, () => true),
    'always',
  )
  const [live, ready] = [await health.request('/live'), await health.request('/ready')]

  await close()

  expect([live.status, ready.status]).toEqual([200, 503])
  expect(await ready.json()).toMatchObject({
    status: 'fail',
    checks: { lifecycle: [{ status: 'pass' }], database: [{ status: 'fail' }] },
  })
})
