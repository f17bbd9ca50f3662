import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startIssuer } from '../dev/issuer.ts'
import { ask } from './ask.ts'
import { describeService, startService } from './start-service.ts'

describeService('access tokens', () => {
  test('that are bound to a key are refused, for a bearer does not show it', async (t) => {
    const issuer = await startIssuer('notes')
    t.after(issuer.close)
    const service = await startService({ AUTH_ISSUER: issuer.url, AUTH_JWKS_URL: issuer.jwksUrl })
    t.after(service.stop)
    const authorization = `Bearer ${await issuer.issue('notes:write', 'thumbprint')}`
    const headers = { ...service.headers, authorization }
    assert.equal((await ask({ http: service.http, headers }, 'POST /notes', { text: 'milk' })).status, 403)
  })
})
