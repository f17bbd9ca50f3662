import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { test } from 'node:test'
import { uuidv7 } from '@base/core/id'
import { linesOf } from './lines-of.ts'
import { describeService, startService } from './start-service.ts'

describeService('a caller who leaves in the middle of a body', () => {
  test('is no error of the service', { timeout: 20_000 }, async (t) => {
    const { http, headers, log, stop } = await startService()
    t.after(stop)
    const id = uuidv7()
    const asked = request(new URL('/notes', http.url), {
      method: 'POST',
      headers: { ...headers, 'x-correlation-id': id, expect: '100-continue' },
    })
    asked.flushHeaders()
    await once(asked, 'continue')
    asked.on('error', () => {}).write('{"text":')
    asked.destroy()

    assert.deepEqual(await linesOf({ log }, id), [[30, 'request']])
  })
})
