import { toMilliseconds } from '@base/core/duration'
import { lockConformance, TestClock } from '@base/core/testing'
import { describeWithService } from '@base-internal/tools/services'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { CLIENTS, CLUSTER_CLIENTS, type TestClient } from '../test-clients.js'
import { type TestCluster, testCluster } from '../test-cluster.js'
import { redisLock } from './index.js'
import { letPass } from './test-time.js'

const kinds = Object.keys(CLIENTS) as (keyof typeof CLIENTS)[]
let subjects = 0

function conformance(open: () => Promise<TestClient>): void {
  let opened: TestClient
  beforeAll(async () => {
    opened = await open()
  })
  afterAll(() => opened?.[Symbol.asyncDispose]())

  const suite = (hears: boolean) =>
    lockConformance(
      async () => {
        const prefix = `conformance-${process.pid}-${subjects++}:`
        const clock = new TestClock()
        const subscriber = hears ? { subscriber: await opened.subscriber() } : {}
        return {
          subject: redisLock(opened.client, { prefix, clock, timeout: '10s', ...subscriber }),
          advance: async (duration) => {
            await letPass(opened.client, prefix, toMilliseconds(duration))
            await clock.advance(duration)
          },
          dispose: () => {},
        }
      },
      { test },
    )
  describe('that asks again', () => suite(false))
  describe('that hears of releases', () => suite(true))
}

describeWithService('redis', (redis) => {
  describe.each(kinds)('a lock on %s', (kind) => conformance(() => CLIENTS[kind](redis.url)))
})

describeWithService('redis', () => {
  describe('a lock on a cluster', () => {
    let cluster: TestCluster
    beforeAll(async () => {
      cluster = await testCluster()
    }, 60_000)
    afterAll(() => cluster?.[Symbol.asyncDispose]())

    describe.each(kinds)('%s', (kind) => conformance(() => CLUSTER_CLIENTS[kind](cluster.urls)))
  })
})
