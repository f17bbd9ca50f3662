import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { describeWithPrivateService } from '@base-internal/tools/services'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runGateway, type TestGateway } from './run-gateway.ts'
import { forAda, startService, type TestService } from './start-service.ts'

const own = (path: string) =>
  readFileSync(fileURLToPath(new URL(path, import.meta.resolve('@base/observability/package.json'))), 'utf8')
const { panels } = JSON.parse(own('dashboards/base.json')) as {
  readonly panels: readonly {
    readonly title: string
    readonly targets?: readonly { readonly expr: string }[]
  }[]
}
const queries = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })))

/** Of these blocks the service has none, or nothing went wrong with them, or nobody had to wait. */
const UNHEARD_OF = new RegExp(
  [
    'base_(?:fallback|hedge|chaos|oauth|jwks|pipeline|totp|recovery_codes|refresh|instrument|query_slow)_',
    '(?:wait_duration|store_failures|rotation_failures|audit_failures|health_changes|timeouts)_',
    'base_bulkhead_(?:rejections|limit_changes)|base_cache_(?:evictions|deletes|errors)',
    'lost_leases|compromises|unreadable|error_type!=""',
  ].join('|'),
)

/** A port that was free a moment ago: Prometheus is told before the service starts. */
const opsPort = await new Promise<number>((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo
    server.close(() => resolve(port))
  })
})

/** As Grafana asks with all jobs and instances. */
const asked = (expr: string) =>
  expr.replaceAll('$__rate_interval', '30s').replaceAll(/\$(job|instance)/g, '.+')

describeWithPrivateService(
  'prometheus',
  { settings: { target: `127.0.0.1:${opsPort}`, rules: own('alerts/base.yaml') } },
  (prometheus) => {
    let gateway: TestGateway
    let service: TestService
    let isBusy = true
    let busy: Promise<void>
    beforeAll(async () => {
      gateway = await runGateway()
      service = await startService({
        opsPort,
        paymentUrl: gateway.url,
        paymentTimeout: '1s',
        orderLimit: '2/1s',
      })
      await service.send('PUT', '/items/PEN', { name: 'Pen', price: 1_000, stock: 1_000_000 })
      busy = keepBusy()
    })
    afterAll(async () => {
      isBusy = false
      await busy
      await service?.stop()
      await gateway?.kill()
    })

    /** Customers who look, order, pay and sign in, at a gateway that works and fails in turns. */
    async function keepBusy(): Promise<void> {
      for (let round = 0; isBusy; round++) {
        await gateway.behave(round % 4 < 2 ? 'ok' : 'fail')
        await service.get('/items/PEN')
        const order = { ...forAda, lines: [{ sku: 'PEN', quantity: 1 }] }
        const { body } = await service.fetch('/orders', {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            'idempotency-key': `round-${round}`,
            authorization: `Bearer ${await service.tokenOf('ada')}`,
          },
          body: JSON.stringify(order),
        })
        if (body.id !== undefined) await service.send('POST', `/orders/${body.id}/confirm`)
        await service.fetch('/auth/sessions', { headers: { authorization: 'Bearer nonsense' } })
        await fetch(`${service.operationsUrl}/health/ready`)
      }
    }

    async function ask(query: string): Promise<readonly string[]> {
      const response = await fetch(`${prometheus.url}/api/v1/query?query=${encodeURIComponent(query)}`)
      const { data, error } = (await response.json()) as {
        data?: { result: { value: [number, string] }[] }
        error?: string
      }
      if (error !== undefined) throw new Error(error)
      return (data?.result ?? []).map(({ value: [, text] }) => text).filter((text) => text !== 'NaN')
    }

    /** As soon as it says anything. */
    const answered = (query: string) => expect.poll(() => ask(query), { timeout: 30_000 }).not.toEqual([])

    test('each query of the dashboard finds data, but for those of what did not happen', async () => {
      const expected = queries.filter(({ expr }) => !UNHEARD_OF.test(expr))
      for (const { title, expr } of expected)
        await answered(asked(expr)).catch((error: unknown) => {
          throw new Error(`${title}: ${expr}`, { cause: error })
        })
      expect(expected.length).toBeGreaterThan(40)
    })

    test('what callers did is told by route, and by nothing that a caller could make up', async () => {
      await answered('http_server_request_duration_seconds_count{http_route="/orders/:id/confirm"}')
      await service.fetch('/made-up', { method: 'PROPFIND' })
      const text = await (await fetch(`${service.operationsUrl}/metrics`)).text()

      expect(text).toContain('http_request_method="_OTHER"')
      expect(text).not.toMatch(/made-up|PROPFIND|ord(er)?_[a-z0-9]{26}/)
    })
  },
)
