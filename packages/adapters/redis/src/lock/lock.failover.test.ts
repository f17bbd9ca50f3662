import { describeWithPrivateService } from '@base-internal/tools/services'
import { expect, test } from 'vitest'
import { CLIENTS } from '../test-clients.js'
import { testFailover } from '../test-failover.js'
import { redisLock } from './index.js'

const kinds = Object.keys(CLIENTS) as (keyof typeof CLIENTS)[]
const patience = { timeout: 20_000 }

describeWithPrivateService('redis', {}, () => {
  test.each(kinds)(
    'a replica is promoted: the lock goes on, what it had heard of holds, and tokens grow beyond what it had not, on %s',
    { timeout: 120_000 },
    async (kind) => {
      await using pair = await testFailover()
      await using opened = await CLIENTS[kind](pair.url)
      const lock = redisLock(opened.client, { timeout: '60s' })
      const impatient = redisLock(opened.client, { timeout: '300ms' })
      const refusal = () => impatient.tryAcquire('free').catch((error: unknown) => error)
      const kept = await lock.acquire('kept', { ttl: '1h' })
      await pair.sync()
      await pair.promote()
      const lost = await lock.acquire('lost', { ttl: '1h' })
      await pair.demote()

      await expect.poll(refusal, patience).toMatchObject({
        kind: 'unavailable',
        code: 'REDIS_READ_ONLY',
        details: { outcome: 'not_done' },
      })
      const extended = kept.extend()
      pair.lead()
      await extended
      expect(await lock.tryAcquire('kept')).toBeUndefined()
      const next = await lock.acquire('lost', { ttl: '1h', wait: 0 })
      expect(next.token > lost.token).toBe(true)
      await expect(lost.extend()).rejects.toMatchObject({ code: 'LEASE_LOST' })
      expect(lost.signal.aborted).toBe(true)
      expect([await kept.release(), await lost.release(), await next.release()]).toEqual([
        { released: true },
        { released: false },
        { released: true },
      ])
    },
  )
})
