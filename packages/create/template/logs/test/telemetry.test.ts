import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask } from './ask.ts'
import { describeService } from './start-service.ts'

describeService('telemetry', (service) => {
  test('has a line for each request, by its route and with the id of its answer', async () => {
    const { body } = await ask(await service(), 'POST /notes', { text: 'not to be logged' })
    const answer = await ask(await service(), `GET /notes/${body.id}`)
    const line = (await service()).log.lines.find(
      ({ msg, correlationId }) =>
        msg === 'request' && correlationId === answer.headers.get('x-correlation-id'),
    )
    assert.equal(line?.['route'], '/notes/:id')
    assert.equal(line?.['status'], 200)
    assert.doesNotMatch((await service()).log.text, /not to be logged/)
  })

  test('passes each probe, and is silent about it', async () => {
    const { log } = await service()
    const requests = () => log.lines.filter(({ msg }) => msg === 'request').length
    const before = requests()
    for (const probe of ['live', 'ready', 'startup']) {
      const { status, body } = await ask(await service(), `GET /health/${probe}`)
      assert.deepEqual([status, body], [200, { status: 'pass' }])
    }
    assert.equal(requests(), before)
  })
})
