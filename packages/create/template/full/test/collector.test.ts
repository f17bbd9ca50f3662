import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { ask } from './ask.ts'
import { describeService, startService } from './start-service.ts'

describeService('a collector', () => {
  test('is sent the duration and the span of each request', async (t) => {
    let sent = ''
    const collector = createServer(async (request, response) => {
      sent += await text(request)
      response.end()
    })
    await once(collector.listen(0, '127.0.0.1'), 'listening')
    t.after(() => collector.close())
    const { port } = collector.address() as AddressInfo

    const service = await startService({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` })
    await ask(service, 'GET /notes/x')
    await service.stop()
    assert.match(sent, /http\.server\.request\.duration/)
    assert.match(sent, /GET \/notes\/:id/)
  })
})
