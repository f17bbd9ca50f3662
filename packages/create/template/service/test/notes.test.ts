import assert from 'node:assert/strict'
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

  test('are refused where they are too large, before they are read whole', async () => {
    assert.equal((await ask(await service(), 'POST /notes', { text: 'x'.repeat(1_000_000) })).status, 413)
  })
})
