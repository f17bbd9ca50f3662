import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask } from './ask.ts'
import { describeService } from './start-service.ts'

describeService('authentication', (service) => {
  test('lets nobody write who does not say who he is, or makes it up', async () => {
    const { http } = await service()
    for (const authorization of ['', 'Bearer made-up', 'Basic YTpi']) {
      const answer = await ask({ http, headers: { authorization } }, 'POST /notes', { text: 'milk' })
      assert.equal(answer.status, 401)
      assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer/)
      // Which check refused tells whoever tries what to work on.
      assert.equal(answer.body.code, 'UNAUTHENTICATED')
    }
  })

  test('lets everybody read', async () => {
    const { body } = await ask(await service(), 'POST /notes', { text: 'milk' })
    const { http } = await service()
    assert.equal((await ask({ http, headers: {} }, `GET /notes/${body.id}`)).status, 200)
    assert.equal((await ask({ http, headers: {} }, `PUT /notes/${body.id}`, { text: 'bread' })).status, 401)
  })

  test('refuses whoever may do something else', async () => {
    const { http, authorize } = await service()
    const headers = { authorization: await authorize('notes:read') }
    assert.equal((await ask({ http, headers }, 'POST /notes', { text: 'milk' })).status, 403)
  })
})
