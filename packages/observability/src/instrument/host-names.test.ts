import { CircuitBreaker } from '@base/resilience/circuit-breaker'
import { resilientFetch } from '@base/resilience/http-client'
import { expect, test } from 'vitest'
import { keepMessages, watch } from './test-watch.js'

keepMessages()

const away = () => Promise.reject(new TypeError('away'))
const called = (hosts: readonly string[], call: (host: string) => Promise<unknown>) =>
  Promise.all(hosts.map((host) => call(host).catch(() => {})))
const hostsOf = (suffix: string, count: number) =>
  Array.from({ length: count }, (_, id) => `customer-${id}.${suffix}`)

/** In one test, as the first hosts keep their series for as long as the process runs. */
test('hosts beyond 200 are told under their client, and what has a name of its own is told with it', async () => {
  const { read, lines, metrics, traced } = watch()
  const state = async (name: string) =>
    (await read()).value('base.circuit_breaker.state', { 'base.name': name, 'base.state': 'open' })
  const breaker = { failureThreshold: 1 }
  const own = ['payments', 'payments.charge', 'orders:read', 'v1.2/getUser', 'shop/api.example.com:443'].map(
    (name) => new CircuitBreaker({ name, ...breaker }),
  )
  for (const circuit of own) await circuit.execute(away).catch(() => {})
  const hosts = resilientFetch({ breaker, retry: false, fetch: away })
  await called(hostsOf('example', 600), (host) => hosts(`https://${host}/`))
  const webhooks = resilientFetch({ name: 'webhooks', breaker, retry: false, fetch: away })
  const { events } = await traced(() => called(hostsOf('test', 30), (host) => webhooks(`https://${host}/`)))

  expect(await state('customer-199.example')).toBe(1)
  expect(await state('_OTHER')).toBe(400)
  expect(await state('webhooks')).toBe(30)
  for (const { name } of own) {
    expect(await state(name)).toBe(1)
    const line = lines.find((one) => one['base.name'] === name)
    expect(line).toBeDefined()
    expect(line).not.toHaveProperty('server.address')
  }
  const readings = await read()
  for (const name of readings.names.filter((one) => one.startsWith('base.circuit_breaker.')))
    expect(readings.series(name, { 'otel.metric.overflow': 'true' }), name).toEqual([])
  expect(readings.value('base.circuit_breaker.transitions', { 'base.name': 'webhooks' })).toBe(30)
  expect(events).toContainEqual([
    'base.circuit_breaker.state_change',
    expect.objectContaining({ 'base.name': 'webhooks', 'server.address': 'customer-29.test' }),
  ])
  expect(lines.find((one) => one['base.name'] === 'customer-0.example')).toMatchObject({
    'server.address': 'customer-0.example',
  })
  expect([hosts.breakers?.size, metrics]).toBeDefined()
})
