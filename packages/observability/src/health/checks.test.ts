import { TestClock } from '@base/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { breakerCheck, diskCheck, eventLoopCheck, memoryCheck, redisCheck, sqlCheck } from './index.js'

const never = new AbortController().signal

describe('sqlCheck', () => {
  test.each(['query', 'execute'])('asks by %s, with the object it is a method of', async (method) => {
    const asked: unknown[] = []
    class Database {
      readonly name = 'db'
    }
    const database = Object.assign(new Database(), {
      async [method](this: Database, sql: string) {
        asked.push(this.name, sql)
      },
    })
    await sqlCheck(database as never)()
    expect(asked).toEqual(['db', 'select 1'])
  })

  test('executes where query is no method, as with drizzle', async () => {
    const asked: string[] = []
    const database = { query: { users: {} }, execute: async (sql: string) => asked.push(sql) }
    await sqlCheck(database as never)()
    expect(asked).toEqual(['select 1'])
  })

  test('fails as the database does, and refuses what is none', async () => {
    const error = new Error('down')
    await expect(sqlCheck({ query: () => Promise.reject(error) })()).rejects.toBe(error)
    expect(() => sqlCheck({} as never)).toThrow(
      'sqlCheck: database must be an object with a method query or execute',
    )
  })
})

describe('redisCheck', () => {
  test('wants a PONG', async () => {
    await redisCheck({ ping: async () => 'PONG' })()
    await redisCheck({ ping: async () => Buffer.from('PONG') })()
    await expect(redisCheck({ ping: async () => '' })()).rejects.toMatchObject({ kind: 'unavailable' })
    expect(() => redisCheck({} as never)).toThrow(
      'redisCheck: client must be an object with the methods ping',
    )
  })
})

describe('diskCheck', () => {
  test('measures what is free', async () => {
    const { status, observedValue, observedUnit } = await diskCheck({ minFree: 0 })()
    expect([status, observedUnit]).toEqual(['pass', 'percent free'])
    expect(observedValue).toBeGreaterThanOrEqual(0)
    expect(observedValue).toBeLessThanOrEqual(100)
    expect(await diskCheck({ minFree: 1 })()).toMatchObject({ status: 'fail' })
  })

  test('fails for a path that is not there', async () => {
    await expect(diskCheck({ path: '/not/there' })()).rejects.toMatchObject({ code: 'ENOENT' })
    expect(() => diskCheck({ minFree: 2 })).toThrow('diskCheck: minFree must be a number from 0 to 1')
  })
})

describe('memoryCheck', () => {
  test('compares what is resident', () => {
    expect(memoryCheck({ maxRss: 2 ** 50 })()).toMatchObject({ status: 'pass', observedUnit: 'bytes' })
    expect(memoryCheck({ maxRss: 1 })()).toMatchObject({ status: 'fail' })
    expect(() => memoryCheck({ maxRss: 0 })).toThrow('memoryCheck: maxRss must be an integer from 1')
  })
})

describe('memoryCheck, of a process with 1,000 bytes', () => {
  test.each([
    [999, 'fail'],
    [1_000, 'warn'],
    [1_111, 'warn'],
    [1_112, 'pass'],
  ])('that may have %d: %s', (maxRss, status) => {
    const rss = vi.spyOn(process.memoryUsage, 'rss').mockReturnValue(1_000)
    const outcome = memoryCheck({ maxRss })()
    rss.mockRestore()
    expect(outcome).toEqual({ status, observedValue: 1_000, observedUnit: 'bytes' })
  })
})

describe('eventLoopCheck', () => {
  test.each([
    [0, 'pass'],
    [50, 'pass'],
    [51, 'fail'],
  ])('a timer that is %d ms late: %s', async (late, status) => {
    const clock = new TestClock()
    const check = eventLoopCheck({
      maxDelay: 50,
      clock: Object.assign(Object.create(clock), {
        monotonic: () => clock.monotonic(),
        sleep: () => clock.sleep(10 + late),
      }),
    })
    const outcome = check(never)
    await clock.advance(10 + late)
    expect(await outcome).toEqual({ status, observedValue: late, observedUnit: 'ms' })
  })

  test('refuses a clock that is none', () => {
    expect(() => eventLoopCheck({ clock: {} as never })).toThrow('eventLoopCheck: clock must be')
  })
})

describe('breakerCheck', () => {
  test('warns while the breaker is not closed', () => {
    const breaker = { state: 'closed' }
    const check = breakerCheck(breaker)
    expect(check()).toEqual({ status: 'pass', observedValue: 'closed' })
    breaker.state = 'open'
    expect(check()).toEqual({ status: 'warn', observedValue: 'open' })
    expect(() => breakerCheck({} as never)).toThrow(
      'breakerCheck: breaker must be an object with a state: of a pipeline, a facade or opossum the CircuitBreaker that is inside',
    )
  })
})
