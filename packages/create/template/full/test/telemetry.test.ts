import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask } from './ask.ts'
import { describeService } from './start-service.ts'

describeService('telemetry', (service) => {
  test('has a line for each request, by its route, with the trace of its caller', async () => {
    const { body } = await ask(await service(), 'POST /notes', { text: 'not to be logged' })
    const { http, headers, log } = await service()
    const traceId = '0af7651916cd43dd8448eb211c80319c'
    const traced = { ...headers, traceparent: `00-${traceId}-b7ad6b7169203331-01` }
    const answer = await ask({ http, headers: traced }, `GET /notes/${body.id}`)
    const line = log.lines.find(
      ({ msg, correlationId }) =>
        msg === 'request' && correlationId === answer.headers.get('x-correlation-id'),
    )
    assert.equal(line?.['http.route'], '/notes/:id')
    assert.equal(line?.['trace_id'], traceId)
    assert.doesNotMatch(log.text, /not to be logged/)
  })

  test('measures requests, at a port of its own', async () => {
    const { http, operations } = await service()
    await ask(await service(), 'GET /notes/x')
    const scraped = await (await fetch(new URL('/metrics', operations.url))).text()
    assert.match(
      scraped,
      /^http_server_request_duration_seconds_count\{.*http_route="\/notes\/:id",url_scheme="http"\} \d+$/m,
    )
    assert.equal((await fetch(new URL('/metrics', http.url))).status, 404)
  })
})
