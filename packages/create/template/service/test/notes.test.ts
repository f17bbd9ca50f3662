import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http'
import { test } from 'node:test'
import { ask } from './ask.ts'
import { describeService } from './start-service.ts'

describeService('notes', (service) => {
  test('are written, read, and replaced', async () => {
    const written = await ask(await service(), 'POST /notes', { text: 'milk' })
    assert.equal(written.status, 201)
    const { id } = written.body
    const path = `/notes/${id}`
    assert.equal(written.headers.get('location'), path)
    assert.deepEqual((await ask(await service(), `GET ${path}`)).body, { id, text: 'milk', version: 1 })

    assert.equal((await ask(await service(), `PUT ${path}`, { text: 'milk and bread' })).status, 200)
    const replaced = await ask(await service(), `GET ${path}`)
    assert.deepEqual(replaced.body, { id, text: 'milk and bread', version: 2 })
  })

  test('are the same ones however their ids are written', async () => {
    const { body } = await ask(await service(), 'POST /notes', { text: 'milk' })
    const capitals = `/notes/${String(body.id).toUpperCase()}`
    assert.deepEqual((await ask(await service(), `GET ${capitals}`)).body, body)

    await ask(await service(), `PUT /notes/${body.id}`, { text: 'bread' })
    assert.equal((await ask(await service(), `GET ${capitals}`)).body.text, 'bread')
  })

  test('that are not there are 404, whatever their id', async () => {
    for (const id of ['0198c5a4-0000-7000-8000-000000000000', 'x', '%00'])
      assert.equal((await ask(await service(), `GET /notes/${id}`)).status, 404)
  })

  test('tell whoever sends a wrong one what is wrong with it', async () => {
    const answer = await ask(await service(), 'POST /notes', { text: ' ', colour: 'red' })
    assert.equal(answer.status, 422)
    assert.equal(answer.headers.get('content-type'), 'application/problem+json')
    assert.ok(Array.isArray(answer.body.errors) && answer.body.errors.length === 2)
  })

  test('are refused where their bytes are no UTF-8', async () => {
    const { http, headers } = await service()
    const body = Buffer.from('{"text":"caf\xe9"}', 'latin1')
    const answer = await fetch(new URL('/notes', http.url), {
      method: 'POST',
      headers: { ...headers, connection: 'close' },
      body,
    })
    assert.equal(answer.status, 422)
    assert.equal(((await answer.json()) as { code: string }).code, 'JSON_NOT_UTF8')
  })

  test('are refused where they are too large, announced or not, and the connection is good for the next', async (t) => {
    const { http, headers } = await service()
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    t.after(() => agent.destroy())
    for (const announced of [{ 'content-length': '1000000' }, {}]) {
      const posted = request(new URL('/notes', http.url), {
        method: 'POST',
        agent,
        headers: { ...headers, ...announced },
      })
      posted.write('x'.repeat(500_000))
      assert.equal(await statusOf(posted.end('x'.repeat(500_000))), 413)
      const next = request(new URL('/health/live', http.url), { agent })
      assert.equal(await statusOf(next.end()), 200)
      assert.equal(next.reusedSocket, true)
    }
  })
})

async function statusOf(asked: ClientRequest): Promise<number | undefined> {
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  await once(answer.resume(), 'end')
  return answer.statusCode
}
