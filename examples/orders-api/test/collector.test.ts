import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, expect, test, vi } from 'vitest'
import { type MainProcess, runMain } from './run-main.ts'

// The service starts in a process of its own: most of a minute on a busy machine.
vi.setConfig({ testTimeout: 180_000 })

/** A collector that keeps what it gets; protobuf holds texts as they are. */
const received: { readonly path: string | undefined; readonly body: string }[] = []
const collector = createServer(async (request, response) => {
  received.push({ path: request.url, body: await text(request) })
  response.writeHead(200).end()
})

let main: MainProcess
afterEach(async () => {
  main.process.kill('SIGKILL')
  await main.ended
  collector.close()
  collector.closeAllConnections()
})

test('a collector gets all spans before the process ends, and the log is by the schema that was asked for', async () => {
  await once(collector.listen(0, '127.0.0.1'), 'listening')
  const { port } = collector.address() as AddressInfo
  main = runMain({
    PORT: '0',
    DATA_DIR: 'memory://',
    LOG_FORMAT: 'ecs',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
  })
  const url = await main.started
  await fetch(`${url}/items/PEN`)
  main.process.kill('SIGTERM')
  expect(await main.ended).toBe(0)

  const spans = received.filter(({ path }) => path === '/v1/traces').map(({ body }) => body)
  expect(spans.join()).toContain('GET /items/:sku')
  const line = main.lines().find((each) => each['http.route'] === '/items/:sku')
  expect(line).toMatchObject({
    'log.level': 'info',
    'ecs.version': expect.stringMatching(/^9\./),
    'trace.id': expect.stringMatching(/^[\da-f]{32}$/),
    'event.duration': expect.any(Number),
  })
})
