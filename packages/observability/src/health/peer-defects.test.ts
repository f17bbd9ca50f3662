import { TestClock } from '@base/core/testing'
import { expect, test } from 'vitest'
import { createHealth, healthEndpoint } from './index.js'

/** What other libraries get wrong, by their name and ours. */

const hangs = () => new Promise<never>(() => {})

test('@godaddy/terminus answers /health?x with 404, for it compares the whole url', async () => {
  const live = healthEndpoint(createHealth(), { group: 'live' })
  for (const url of ['http://s/live', 'http://s/live?verbose=1', 'http://s/'])
    expect((await live(new Request(url))).status).toBe(200)
})

test('@godaddy/terminus leaks keys of one probe into the next, for all answers are one object', async () => {
  const health = createHealth({
    checks: { secret: { check: () => true, groups: ['deep'] }, open: { check: () => true } },
  })
  const deep = await health.group('deep')
  const ready = await health.ready()
  expect([Object.keys(deep.checks), Object.keys(ready.checks)]).toEqual([['secret'], ['open']])
  const shown = await healthEndpoint(health, { details: 'always' })(new Request('http://s/'))
  expect(await shown.text()).not.toContain('secret')
})

test('godaddy/terminus#181 ends the process itself; here the shutdown is only said', async () => {
  const health = createHealth()
  const before = process.listenerCount('SIGTERM')
  health.beginShutdown()
  expect([process.listenerCount('SIGTERM'), (await health.live()).status]).toEqual([before, 'pass'])
})

test('spring-projects/spring-boot#2652 adds up the latencies of all indicators', async () => {
  const clock = new TestClock()
  const check = () => clock.sleep(700)
  const health = createHealth({ checks: { a: { check }, b: { check }, c: { check } }, clock })
  const report = health.ready()
  await clock.advance(700)
  expect((await report).status).toBe('pass')
})

test('spring-projects/spring-boot#43449 gives an indicator all the time of the world', async () => {
  const clock = new TestClock()
  const health = createHealth({ checks: { it: { check: hangs } }, clock })
  const report = health.ready()
  await clock.advance(800)
  expect((await report).status).toBe('fail')
})

test('spring-projects/spring-boot#37068 lets one stuck indicator block all', async () => {
  const clock = new TestClock()
  const checks = { stuck: { check: hangs, critical: false }, fine: { check: () => true } }
  const health = createHealth({ checks, clock })
  const report = health.ready()
  await clock.advance(800)
  expect(await report).toMatchObject({ status: 'warn', checks: { fine: { status: 'pass' } } })
  const again = await health.ready()
  expect(again.checks['stuck']?.output).toContain('has not ended')
})

test('spring-projects/spring-boot#30696 caches an endpoint, but no group', async () => {
  let runs = 0
  const check = () => {
    runs += 1
  }
  const health = createHealth({
    checks: { it: { check, ttl: '10s', groups: ['ready', 'deep'] } },
    clock: new TestClock(),
  })
  await health.ready()
  await health.group('deep')
  await health.group('deep')
  expect(runs).toBe(1)
})

test('spring boot fails at the start for a group with an unknown member; here for an unknown group', () => {
  const health = createHealth({ checks: { it: { check: () => true, groups: ['deep'] } } })
  expect(() => healthEndpoint(health, { group: 'deap' })).toThrow('group must be one of')
})
