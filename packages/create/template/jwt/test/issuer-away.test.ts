import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { uuidv7 } from '@base/core/id'
import { ask } from './ask.ts'
import { linesOf } from './lines-of.ts'
import { describeService, startService } from './start-service.ts'

describeService('an issuer that is away', () => {
  test('makes nobody throw away a token that is good', async () => {
    const service = await startService({ AUTH_JWKS_URL: 'http://127.0.0.1:1/jwks.json' })
    const { status, headers } = await ask(service, 'POST /notes', { text: 'milk' })
    await service.stop()
    assert.equal(status, 503)
    assert.ok(headers.has('retry-after'))
  })

  test('is no error of the service where its caller does not wait', { timeout: 20_000 }, async (t) => {
    const silent = createServer().listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const { http, headers, log, stop } = await startService({ AUTH_JWKS_URL: `http://127.0.0.1:${port}/` })
    t.after(stop)
    t.after(() => silent.close().closeAllConnections())
    const id = uuidv7()
    const asked = request(new URL('/notes', http.url), {
      method: 'POST',
      headers: { ...headers, 'x-correlation-id': id },
    })
    asked.on('error', () => {}).end('{"text":"milk"}')
    await once(silent, 'request')
    asked.destroy()

    assert.deepEqual(await linesOf({ log }, id), [[30, 'request']])
  })
})
