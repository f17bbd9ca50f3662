import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { test } from 'node:test'
import { describeService, startService } from './start-service.ts'

describeService('a stop', () => {
  test('answers what is under way, and waits for nobody who asks nothing', { timeout: 20_000 }, async () => {
    const { http, headers, stop } = await startService()
    const silent = connect(Number(new URL(http.url).port), '127.0.0.1')
    await once(silent, 'connect')
    const asked = request(new URL('/notes', http.url), {
      method: 'POST',
      headers: { ...headers, expect: '100-continue' },
    })
    asked.flushHeaders()
    await once(asked, 'continue')

    const stopped = stop()
    await once(silent, 'close')
    asked.end('{"text":"milk"}')
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    assert.equal(answer.statusCode, 201)
    await stopped
  })
})
