import { principal, runInContext } from '@base/core/context'
import { type Lock, memoryLock } from '@base/core/lock'
import { TestClock } from '@base/core/testing'
import { createMetrics } from '@base/observability/metrics'
import { memoryLogger } from '@base/observability/testing'
import { describe, expect, test, vi } from 'vitest'
import { caller } from '../../test/caller.ts'
import { createApp } from '../http/app.ts'
import { NightlyJob } from './nightly-job.ts'
import { jobRoutes } from './routes.ts'

const NOON = Date.UTC(2026, 10, 26, 12)

/** A clock at noon, and jobs that note when they begin, and end when they are told to. */
function house({ change = (lock) => lock }: { change?: (lock: Lock) => Lock } = {}) {
  const clock = new TestClock({ now: NOON })
  const lock = change(memoryLock({ clock }))
  const begun: { readonly at: string; readonly signal: AbortSignal; readonly end: (done: object) => void }[] =
    []
  const job = () =>
    new NightlyJob({
      name: 'count-sheep',
      work: ({ signal }) => {
        const { promise, resolve } = Promise.withResolvers<object>()
        begun.push({ at: new Date(clock.now()).toISOString(), signal, end: resolve })
        return promise
      },
      lock,
      countedBy: 'memory',
      clock,
      logger: memoryLogger().logger,
    })
  const end = (done: object = {}) => begun.at(-1)?.end(done)
  return { clock, job, begun, end }
}

describe('a nightly job', () => {
  test('is done at three o’clock, each night', async () => {
    const { clock, job, begun, end } = house()
    job().start()
    await clock.advance('14h')
    await clock.advance(3_599_999)
    expect(begun).toEqual([])
    await clock.advance(1)
    end()
    await clock.advance('1d')

    expect(begun.map(({ at }) => at)).toEqual(['2026-11-27T03:00:00.000Z', '2026-11-28T03:00:00.000Z'])
  })

  test('waits for three o’clock on a clock that was set back meanwhile', async () => {
    const { clock, job, begun } = house()
    job().start()
    await clock.advance('1h')
    clock.setNow(NOON)
    await clock.advance('14h')
    expect(begun).toEqual([])
    await clock.advance('1h')

    expect(begun.map(({ at }) => at)).toEqual(['2026-11-27T03:00:00.000Z'])
  })

  test('is done by one of two instances, and by the other in the next night, if the first is gone', async () => {
    const { clock, job, begun, end } = house()
    const [one, other] = [job(), job()]
    one.start()
    other.start()
    await clock.advance('15h')
    expect(begun).toHaveLength(1)
    end()
    await one.stop()
    await clock.advance('1d')

    expect(begun).toHaveLength(2)
  })

  test('is done when somebody asks, who is told what it did', async () => {
    const { clock, job, end } = house()
    const done = job().run()
    await clock.advance(0)
    end({ sheep: 3 })

    expect(await done).toEqual({ sheep: 3 })
  })

  test('is not done twice at once', async () => {
    const { clock, job, begun, end } = house()
    const first = job().run()
    await clock.advance(0)

    await expect(job().run()).rejects.toMatchObject({ code: 'JOB_RUNNING', kind: 'conflict' })
    end()
    await first
    expect(begun).toHaveLength(1)
  })

  test('keeps its lock for as long as it takes', async () => {
    const { clock, job, begun, end } = house()
    const first = job().run()
    await clock.advance('1h')

    await expect(job().run()).rejects.toMatchObject({ code: 'JOB_RUNNING' })
    expect(begun[0]?.signal.aborted).toBe(false)
    end()
    await first
  })

  test('is told when its lock is lost', async () => {
    const change = (lock: Lock): Lock => ({
      ...lock,
      acquire: async (...args) => {
        const lease = await lock.acquire(...args)
        lease.extend = () => Promise.reject(new Error('The lock does not answer.'))
        return lease
      },
    })
    const { clock, job, begun, end } = house({ change })
    const run = job().run()
    await clock.advance('29s')
    expect(begun[0]?.signal.aborted).toBe(false)
    await clock.advance('1s')

    expect(begun[0]?.signal.reason).toMatchObject({ code: 'LEASE_LOST' })
    end()
    await run
  })

  test('that fails is told to the log, and done again next night', async () => {
    const log = memoryLogger()
    const clock = new TestClock({ now: NOON })
    const work = vi.fn(() => Promise.reject(new Error('no sheep')))
    new NightlyJob({
      name: 'count-sheep',
      work,
      lock: memoryLock({ clock }),
      countedBy: 'memory',
      clock,
      logger: log.logger,
    }).start()
    await clock.advance('39h')

    expect(work).toHaveBeenCalledTimes(2)
    expect(log.lines[0]).toMatchObject({
      msg: 'job failed, and is done again next night',
      job: 'count-sheep',
      err: { message: 'no sheep' },
    })
  })

  test('ends when it is told to stop, and leaves nothing behind', async () => {
    const { clock, job, begun, end } = house()
    const subject = job()
    subject.start()
    await clock.advance('15h')
    let stopped = false
    const stop = subject.stop().then(() => {
      stopped = true
    })
    await clock.advance(0)
    expect([begun[0]?.signal.reason.kind, stopped]).toEqual(['unavailable', false])
    end()
    await stop
    await clock.advance('1d')

    expect(begun).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })

  test('is a 503 for who asks for it while the service stops', async () => {
    const subject = house().job()
    await subject.stop()
    const admin = { id: 'charles', roles: ['admin'] }
    const routes = jobRoutes(subject, (_, next) => runInContext([[principal, admin]], next))
    const app = createApp({ '/jobs': routes }, { logger: memoryLogger().logger, metrics: createMetrics() })
    const { status, headers } = await app.request('/jobs/count-sheep', { method: 'POST' }, caller())

    expect([status, headers.get('retry-after')]).toEqual([503, '1'])
  })
})
