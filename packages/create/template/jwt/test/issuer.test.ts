import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { startIssuer } from '../dev/issuer.ts'
import { ask } from './ask.ts'
import { describeService, startService } from './start-service.ts'

function run(t: TestContext, issuer: string) {
  const child = spawn(process.execPath, ['dev/run-issuer.ts'], {
    cwd: `${import.meta.dirname}/..`,
    env: { ...process.env, AUTH_ISSUER: issuer, AUTH_AUDIENCE: 'notes' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  return child
}

describeService('the issuer on this machine', () => {
  test('issues tokens of the issuer that it stands in for', { timeout: 20_000 }, async (t) => {
    const issuer = await startIssuer('notes', { issuer: 'http://localhost:4000' })
    t.after(issuer.close)
    const service = await startService({
      AUTH_ISSUER: 'http://localhost:4000',
      AUTH_JWKS_URL: issuer.jwksUrl,
    })
    t.after(service.stop)
    const headers = { authorization: `Bearer ${await issuer.issue('notes:write')}` }
    assert.equal((await ask({ http: service.http, headers }, 'POST /notes', { text: 'milk' })).status, 201)
  })
})

test('npm run issuer is the one of the settings', { timeout: 20_000 }, async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  await once(server.close(), 'close')

  const issuer = `http://localhost:${address.port}`
  const [token] = await once(createInterface({ input: run(t, issuer).stdout }), 'line')
  const claims = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString())
  assert.equal(claims.iss, issuer)
  assert.equal(claims.exp - claims.iat, 12 * 60 * 60)
})

for (const issuer of ['http://localhost', 'https://localhost:4000', 'http://login.example:4000']) {
  test(`npm run issuer does not stand in for ${issuer}`, { timeout: 20_000 }, async (t) => {
    const child = run(t, issuer)
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
    assert.equal(code, 1)
    assert.match(said, /^To be stood in for on this machine, AUTH_ISSUER must be such as .*\n$/)
  })
}
