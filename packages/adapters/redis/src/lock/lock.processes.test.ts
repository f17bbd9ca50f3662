import { join } from 'node:path'
import { describeWithService } from '@base-internal/tools/services'
import { testProcesses } from '@base-internal/tools/test-process'
import { expect, test } from 'vitest'

describeWithService('redis', (redis) => {
  const start = testProcesses(join(import.meta.dirname, 'test-process.ts'))

  test('of two holders, one stopped past its lease, only one writes with a valid fencing token', async () => {
    const slow = start(redis.url, 'two holders', '500')
    const lost = BigInt(await slow.hear())
    slow.child.kill('SIGSTOP')
    const quick = start(redis.url, 'two holders', '60000')
    const token = BigInt(await quick.hear())
    expect(token > lost).toBe(true)
    expect(await quick.ask('write')).toBe('1 false')
    slow.child.kill('SIGCONT')
    expect(await slow.ask('write')).toBe('0 true')
  })
})
