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
})
