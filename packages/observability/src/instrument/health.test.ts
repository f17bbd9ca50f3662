import { TestClock } from '@base/core/testing'
import { expect, test } from 'vitest'
import { createHealth } from '../health/index.js'
import { expectAllHeard, keepMessages, watch } from './test-watch.js'

keepMessages()

test('what health checks say, from their first run on', async () => {
  const { read, lines } = watch()
  let error: Error | undefined
  const health = createHealth({
    clock: new TestClock(),
    checks: {
      db: {
        check: () => {
          if (error !== undefined) throw error
        },
      },
      disk: { check: () => ({ status: 'warn' }) },
    },
  })
  expect((await read()).value('base.health.status', { 'base.name': 'db' })).toBeUndefined()
  await health.ready()
  const status = async (name: string, word: string) =>
    (await read()).value('base.health.status', { 'base.name': name, 'base.status': word })
  expect([await status('db', 'pass'), await status('db', 'fail'), await status('disk', 'warn')]).toEqual([
    1, 0, 1,
  ])
  error = new Error('connection refused')
  await health.ready()
  expect([await status('db', 'pass'), await status('db', 'fail')]).toEqual([0, 1])
  expect((await read()).value('base.health.changes', { 'base.name': 'db', 'base.status': 'fail' })).toBe(1)
  expect(lines).toMatchObject([
    { level: 'warn', 'base.name': 'disk', 'base.status': 'warn' },
    { level: 'error', 'base.name': 'db', 'base.status': 'fail', 'base.status.previous': 'pass', err: error },
  ])
  expect(health.groups).toContain('ready')
})

expectAllHeard('base:observability:')
