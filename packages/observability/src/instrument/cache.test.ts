import { createCache } from '@base/cache/cache'
import { memoryCacheStore } from '@base/cache/store'
import { TestClock } from '@base/core/testing'
import { expect, test } from 'vitest'
import { expectAllHeard, keepMessages, watch } from './test-watch.js'

keepMessages()

test('what a cache finds, loads, keeps and drops; of keys and namespaces nothing is told', async () => {
  const clock = new TestClock()
  const { read, lines, all, traced } = watch(clock)
  const layers = [memoryCacheStore({ maxEntries: 2, clock })]
  const cache = createCache({ layers, clock, ttl: 1_000, grace: '1h', jitter: [0, 0] })
  const tenant = cache.namespace('tenant-4711')
  // Loads of other caches, that another test has made, are there already.
  const before = (await read()).value('base.cache.loads') ?? 0
  const { events } = await traced(async () => {
    await tenant.getOrSet('user:jane', () => 'Jane')
    await tenant.get('user:jane')
    await clock.advance('2s')
    await tenant.getOrSet('user:jane', () => Promise.reject(new Error('away')))
  })
  await cache.set('a', 1)
  await cache.set('b', 2)
  await cache.set('c', 3)
  await cache.delete('c')
  const metrics = await read()
  const requests = (result: string) => metrics.value('base.cache.requests', { 'base.result': result })
  expect([requests('hit'), requests('miss'), requests('stale')]).toEqual([
    cache.stats.hits,
    cache.stats.misses,
    cache.stats.stale,
  ])
  expect([cache.stats.hits, cache.stats.misses, cache.stats.stale]).toEqual([1, 1, 1])
  expect(metrics.value('base.cache.sets')).toBe(4)
  expect(metrics.value('base.cache.deletes')).toBe(1)
  expect(metrics.value('base.cache.evictions')).toBe(cache.stats.evictions)
  expect(cache.stats.evictions).toBeGreaterThan(0)
  expect(metrics.value('base.cache.loads')).toBe(before + 2)
  expect(metrics.value('base.cache.load_failures')).toBe(1)
  expect(metrics.value('base.cache.entries')).toBe(cache.stats.entries)
  expect(metrics.value('base.cache.errors', { 'base.source': 'loader', 'error.type': 'Error' })).toBe(1)
  expect(lines).toContainEqual(
    expect.objectContaining({
      level: 'info',
      message: 'failure within a cache',
      'base.source': 'loader',
      err: expect.any(Error),
    }),
  )
  expect(events.map(([name]) => name).sort()).toEqual([
    'base.cache.error',
    'base.cache.miss',
    'base.cache.stale',
  ])
  const text = await all()
  for (const secret of ['jane', '4711']) expect(text).not.toContain(secret)
})

test('a lock that cannot be had', async () => {
  const { read, lines } = watch()
  const lock = { acquire: () => Promise.reject(new Error('away')) }
  const cache = createCache({ layers: [memoryCacheStore()], lock: lock as never })
  // Not kept: the entries of all caches that are not collected yet count together.
  const load = ({ skip }: { skip(): void }) => {
    skip()
    return 'loaded'
  }
  expect(await cache.getOrSet('k', load)).toBe('loaded')
  expect((await read()).value('base.cache.errors', { 'base.source': 'lock' })).toBe(1)
  expect(lines).toContainEqual(expect.objectContaining({ level: 'warn', 'base.source': 'lock' }))
})

expectAllHeard('base:cache:')
