import { createCache } from '@base/cache/cache'
import { memoryCacheStore } from '@base/cache/store'
import { cacheBusConformance, cacheConformance, cacheStoreConformance } from '@base/cache/testing'
import { toMilliseconds } from '@base/core/duration'
import { TestClock } from '@base/core/testing'
import { describeWithPrivateService } from '@base-internal/tools/services'
import { afterAll, beforeAll, describe, test } from 'vitest'
import type { RedisClient } from '../connection/client.js'
import { CLIENTS, CLUSTER_CLIENTS, type TestClient } from '../test-clients.js'
import { type TestCluster, testCluster } from '../test-cluster.js'
import { redisCacheBus, redisCacheStore } from './index.js'
import { letPass } from './test-time.js'

const kinds = Object.keys(CLIENTS) as (keyof typeof CLIENTS)[]
let subjects = 0

/** What the suites need of a server, or a cluster. */
interface Opened {
  readonly client: RedisClient
  readonly subscriber: RedisClient
}

function conformance(opened: () => Opened): void {
  const name = () => `conformance-${subjects++}`

  cacheStoreConformance(
    () => {
      const prefix = name()
      const { client } = opened()
      const subject = redisCacheStore(client, { prefix, timeout: '10s' })
      return {
        subject,
        advance: (duration) => letPass(client, prefix, toMilliseconds(duration)),
        dispose: () => subject.close(),
      }
    },
    { test },
  )

  cacheConformance(
    () => {
      const prefix = name()
      const { client } = opened()
      const clock = new TestClock()
      const layers = [memoryCacheStore({ clock }), redisCacheStore(client, { prefix, timeout: '10s', clock })]
      const subject = createCache({ layers, jitter: [0, 0], clock })
      return { subject, advance: (duration) => clock.advance(duration), dispose: () => subject.close() }
    },
    { test },
  )

  cacheBusConformance(
    () => {
      const { client, subscriber } = opened()
      return {
        subject: redisCacheBus(client, { subscriber, channel: name(), timeout: '10s' }),
        advance: (duration) => new Promise((resolve) => setTimeout(resolve, toMilliseconds(duration))),
        dispose: () => {},
      }
    },
    { test },
  )
}

describeWithPrivateService('redis', {}, (redis) => {
  describe.each(kinds)('%s', (kind) => {
    let opened: TestClient & Opened
    beforeAll(async () => {
      const client = await CLIENTS[kind](redis.url)
      opened = Object.assign(client, { subscriber: await client.subscriber() })
    })
    afterAll(() => opened[Symbol.asyncDispose]())
    conformance(() => opened)
  })
})

describeWithPrivateService('redis', {}, () => {
  describe('a cluster', () => {
    let cluster: TestCluster
    beforeAll(async () => {
      cluster = await testCluster()
    }, 60_000)
    afterAll(() => cluster?.[Symbol.asyncDispose]())

    describe.each(kinds)('%s', (kind) => {
      let opened: TestClient & Opened
      beforeAll(async () => {
        const client = await CLUSTER_CLIENTS[kind](cluster.urls)
        opened = Object.assign(client, { subscriber: await client.subscriber() })
      })
      afterAll(() => opened[Symbol.asyncDispose]())
      conformance(() => opened)
    })
  })
})
