import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask } from './ask.ts'
import { describeService, startService } from './start-service.ts'

describeService('the first key', () => {
  test('is printed past the log, and lets write', async (t) => {
    const { mock } = t.mock.method(console, 'log', () => {})
    const { http, log, stop } = await startService()
    t.after(stop)
    const [key] = mock.calls.flatMap(
      (call) => /API key .*: (\S+)$/.exec(String(call.arguments[0]))?.[1] ?? [],
    )
    const headers = { authorization: `Bearer ${key}` }
    assert.equal((await ask({ http, headers }, 'POST /notes', { text: 'milk' })).status, 201)
    assert.ok(key !== undefined && !log.text.includes(key))
  })
})
