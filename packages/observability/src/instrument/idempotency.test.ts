import { createIdempotency, memoryIdempotencyStore } from '@base/application/idempotency'
import { TestClock } from '@base/core/testing'
import { deferred } from '@base-internal/tools/deferred'
import { expect, test } from 'vitest'
import { expectAllHeard, keepMessages, watch } from './test-watch.js'

keepMessages()

const KEY = 'key-4711'
const outcome = (promise: Promise<unknown>) => promise.catch((error: unknown) => error)

/** Of the prototype's methods, as an object of its own. */
function portOf(store: ReturnType<typeof memoryIdempotencyStore>) {
  return {
    claim: store.claim.bind(store),
    renew: store.renew.bind(store),
    complete: store.complete.bind(store),
    release: store.release.bind(store),
  }
}

test('what becomes of a key, which is told nowhere', async () => {
  const clock = new TestClock()
  const { read, lines, all } = watch()
  const idempotency = createIdempotency({ store: memoryIdempotencyStore({ clock }), clock })
  const { promise, resolve } = deferred<string>()
  const running = idempotency.run(KEY, 'print', () => promise)
  await new Promise((settle) => setImmediate(settle))
  await outcome(idempotency.run(KEY, 'print', () => 'never'))
  await outcome(idempotency.run(KEY, 'another', () => 'never'))
  resolve('done')
  await running
  await idempotency.run(KEY, 'print', () => 'never')
  const metrics = await read()
  const requests = (result: string) => metrics.value('base.idempotency.requests', { 'base.result': result })
  expect(['run', 'replay', 'in_progress', 'mismatch'].map(requests)).toEqual([1, 1, 1, 1])
  expect(metrics.value('base.idempotency.requests', { 'base.takeover': false })).toBe(1)
  expect(lines.map(({ level }) => level)).toEqual(['trace', 'debug', 'debug', 'debug'])
  expect(lines[0]).toMatchObject({ 'base.fence': '1' })
  expect(await all()).not.toContain(KEY)
})

test('a lease that is lost, and a store that fails', async () => {
  const clock = new TestClock()
  const { read, lines, all } = watch()
  const store = portOf(memoryIdempotencyStore({ clock }))
  const held = deferred<string>()
  const lost = createIdempotency({ store: { ...store, renew: () => false }, clock, lease: '30s' })
  const running = lost.run(KEY, 'print', () => held.promise)
  await clock.advance('10s')
  held.resolve('late')
  await outcome(running)
  const away = () => Promise.reject(new Error('away'))
  const broken = createIdempotency({ store: { ...store, claim: away }, clock })
  const failing = outcome(broken.run('other', 'print', () => 'never'))
  await clock.advance('1m')
  await failing
  const metrics = await read()
  expect(metrics.value('base.idempotency.lost_leases')).toBe(1)
  expect(
    metrics.value('base.idempotency.store_failures', { 'base.operation': 'claim', 'error.type': 'Error' }),
  ).toBeGreaterThan(0)
  expect(lines.map(({ level, message }) => `${level} ${message}`)).toEqual(
    expect.arrayContaining(['warn run lost its lease', 'warn store of idempotency keys failed']),
  )
  expect(await all()).not.toContain(KEY)
})

expectAllHeard('base:application:')
