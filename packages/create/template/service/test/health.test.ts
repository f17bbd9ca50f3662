import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask } from './ask.ts'
import { describeService } from './start-service.ts'

describeService('health', (service) => {
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
