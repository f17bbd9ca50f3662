import { describe, expect, test } from 'vitest'
import type { OpenShop } from './open-shop.ts'

/** What whoever runs it asks for. */
export function operations(shop: () => OpenShop): void {
  describe('probes', () => {
    test.each(['live', 'ready', 'startup'])(
      '%s tells strangers that it passes, and no more',
      async (probe) => {
        const response = await fetch(`${shop().process.url}/health/${probe}`)

        expect([response.status, await response.json()]).toEqual([200, { status: 'pass' }])
      },
    )

    test('tell whoever runs it what was found', async () => {
      const response = await fetch(`${shop().process.operationsUrl}/health/ready`)

      expect([response.status, await response.json()]).toMatchObject([200, { status: 'pass', checks: {} }])
    })
  })

  test('metrics count requests by their route, at the port for operations alone', async () => {
    const { url, operationsUrl } = shop().process
    await fetch(`${url}/items/ANY`)
    const text = await (await fetch(`${operationsUrl}/metrics`)).text()

    expect(text).toMatch(/^http_server_request_duration_seconds_count\{.*\/items\/:sku.*\} \d+/m)
    expect((await fetch(`${url}/metrics`)).status).toBe(404)
  })

  test("the night's work can be done now, and leaves what is young", async () => {
    const { status, body } = await shop().charles.post('/jobs/cancel-unpaid-orders', {})

    expect([status, body]).toMatchObject([200, { cancelled: 0 }])
  })
}
