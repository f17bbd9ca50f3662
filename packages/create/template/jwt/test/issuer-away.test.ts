import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask } from './ask.ts'
import { describeService, startService } from './start-service.ts'

describeService('an issuer that is away', () => {
  test('makes nobody throw away a token that is good', async () => {
    const service = await startService({ AUTH_JWKS_URL: 'http://127.0.0.1:1/jwks.json' })
    const { status, headers } = await ask(service, 'POST /notes', { text: 'milk' })
    await service.stop()
    assert.equal(status, 503)
    assert.ok(headers.has('retry-after'))
  })
})
