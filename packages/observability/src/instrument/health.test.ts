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

test('a check that is not critical warns where it fails, as the answer of its group does', async () => {
  const { read, lines } = watch()
  const found: ('pass' | 'warn' | 'fail')[] = ['fail', 'warn', 'pass']
  const changes: unknown[] = []
  const health = createHealth({
    clock: new TestClock(),
    checks: { search: { check: () => found.shift(), critical: false } },
  })
  health.on('change', ({ status }) => changes.push(status))
  expect((await health.ready()).status).toBe('warn')
  const search = { 'base.name': 'search' }
  const told = async (word: string) =>
    (await read()).value('base.health.status', { ...search, 'base.status': word })
  expect([await told('pass'), await told('warn'), await told('fail')]).toEqual([0, 1, 0])
  expect((await health.ready()).status).toBe('warn')
  await health.ready()
  expect((await read()).value('base.health.changes', search)).toBe(2)
  expect(lines).toMatchObject([
    { level: 'warn', 'base.name': 'search', 'base.status': 'warn' },
    { level: 'info', 'base.name': 'search', 'base.status': 'pass', 'base.status.previous': 'warn' },
  ])
  expect(changes).toEqual(['fail', 'warn', 'pass'])
})

expectAllHeard('base:observability:')
