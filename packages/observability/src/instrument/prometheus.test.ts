import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { describeWithPrivateService } from '@base-internal/tools/services'
import { afterAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { createMetrics, metricsEndpoint, processMetrics } from '../metrics/index.js'
import { instrument } from './index.js'
import { busyBlocks } from './test-busy-blocks.js'

/** How long the service rests between two rounds, in milliseconds. */
const EVERY = 200

const root = resolve(import.meta.dirname, '../..')
const rules = readFileSync(join(root, 'alerts/base.yaml'), 'utf8')
const dashboard = JSON.parse(readFileSync(join(root, 'dashboards/base.json'), 'utf8')) as {
  readonly panels: readonly {
    readonly title: string
    readonly targets?: readonly { readonly expr: string }[]
  }[]
  readonly annotations: { readonly list: readonly { readonly name: string; readonly expr: string }[] }
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] }
}
const { groups } = parse(rules) as {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert?: string; readonly record?: string; readonly expr: string }[]
  }[]
}

/** A service whose blocks are busy, and fail a lot, while Prometheus scrapes it. */
const metrics = createMetrics()
const stops = [processMetrics(metrics), instrument({ metrics, logger: brokenLogger() })]
const scrape = metricsEndpoint(metrics)
const server = createServer(async ({ headers: { accept = '' } }, answer) => {
  const response = await scrape(new Request('http://service/metrics', { headers: { accept } }))
  answer.writeHead(response.status, Object.fromEntries(response.headers)).end(await response.text())
}).listen(0, '127.0.0.1')
await once(server, 'listening')
server.unref()
const { port } = server.address() as AddressInfo
const requests = metrics.histogram('http.server.request.duration', { unit: 's', description: 'Requests' })
const blocks = busyBlocks()
let isBusy = true
/** One round after the other, however slow the machine is. */
async function keepBusy(): Promise<void> {
  while (isBusy) {
    for (const status of [200, 200, 200, 500]) requests.record(0.3, { 'http.response.status_code': status })
    await blocks.work()
    await new Promise((resolve) => setTimeout(resolve, EVERY))
  }
}
const busy = keepBusy()

afterAll(async () => {
  isBusy = false
  await busy
  await blocks.close()
  for (const stop of stops) stop()
  server.close()
  server.closeAllConnections()
})

/** One that takes nothing of one channel: what is lost shows. */
function brokenLogger() {
  const none = () => {}
  const error = () => {
    throw new Error('broken')
  }
  return { trace: none, debug: none, info: none, warn: none, error }
}

/** As Grafana asks with all jobs and instances. */
function asked(expr: string): string {
  return expr.replaceAll('$__rate_interval', '10s').replaceAll(/\$(job|instance)/g, '.+')
}

describeWithPrivateService(
  'prometheus',
  { settings: { target: `127.0.0.1:${port}`, rules } },
  (prometheus) => {
    async function ask(path: string): Promise<unknown[]> {
      const response = await fetch(`${prometheus.url}/api/v1/${path}`)
      const { data, error } = (await response.json()) as {
        data?: unknown[] | { result: unknown[] }
        error?: string
      }
      if (error !== undefined) throw new Error(error)
      return Array.isArray(data) ? data : (data?.result ?? [])
    }

    /** What it says, as soon as it says anything that is a number. */
    async function answered(query: string): Promise<void> {
      await expect
        .poll(async () => {
          const found = (await ask(`query?query=${encodeURIComponent(query)}`)) as {
            value: [number, string]
          }[]
          return found.some(({ value: [, text] }) => text !== 'NaN')
        })
        .toBe(true)
    }

    const queries = dashboard.panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr }) => ({ title, expr })),
    )

    test('each query of the dashboard finds data', async () => {
      for (const { title, expr } of queries)
        await answered(asked(expr)).catch((error: unknown) => {
          throw new Error(`${title}: ${expr}`, { cause: error })
        })
      expect(queries.length).toBeGreaterThan(60)
    })

    test('so does its annotation, and each choice has something to choose', async () => {
      for (const { expr } of dashboard.annotations.list) await answered(asked(expr))
      const choices = dashboard.templating.list.flatMap(({ definition }) => definition ?? [])
      for (const choice of choices) {
        const [, selector = '', label = ''] = /^label_values\((.+), (\w+)\)$/.exec(choice) ?? []
        expect(await ask(`label/${label}/values?match[]=${encodeURIComponent(asked(selector))}`)).not.toEqual(
          [],
        )
      }
      expect(choices).toHaveLength(2)
    })

    test('each alert would speak of a service that fails like this one, and each record is written', async () => {
      const all = groups.flatMap((group) => group.rules)
      for (const { alert, record, expr } of all)
        await answered(record ?? expr).catch((error: unknown) => {
          throw new Error(`${alert ?? record}: ${expr}`, { cause: error })
        })
      expect(all).toHaveLength(27)
    })
  },
)
