import { toMilliseconds } from '@base/core/duration'
import { rateLimitStoreConformance } from '@base/resilience/testing'
import { describeWithService } from '@base-internal/tools/services'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { connect } from '../connection/connect.js'
import { CLIENTS, CLUSTER_CLIENTS, type TestClient } from '../test-clients.js'
import { type TestCluster, testCluster } from '../test-cluster.js'
import { RedisStore } from './redis-rate-limit-store.js'
import { ageKeys, shifted, TimedConnection } from './test-time.js'

const kinds = Object.keys(CLIENTS) as (keyof typeof CLIENTS)[]
let subjects = 0

/** On the server's own time, which is moved on where a law wants some to pass. */
function conformance(opened: () => TestClient): void {
  rateLimitStoreConformance(
    () => {
      const prefix = `conformance-${process.pid}-${subjects++}:`
      const connection = connect(opened().client, 'test')
      let passed = 0
      const timed = new TimedConnection(
        connection,
        shifted(() => passed * 1_000),
      )
      return {
        subject: new RedisStore(timed, prefix, 10_000),
        advance: async (duration) => {
          passed += toMilliseconds(duration)
          await ageKeys(connection, prefix, toMilliseconds(duration))
        },
        dispose: () => {},
      }
    },
    { test },
  )
}

describeWithService('redis', (redis) => {
  describe.each(kinds)('%s', (kind) => {
    let opened: TestClient
    beforeAll(async () => {
      opened = await CLIENTS[kind](redis.url)
    })
    afterAll(() => opened[Symbol.asyncDispose]())
    conformance(() => opened)
  })
})

describeWithService('redis', () => {
  describe('a cluster', () => {
    let cluster: TestCluster
    beforeAll(async () => {
      cluster = await testCluster()
    }, 60_000)
    afterAll(() => cluster?.[Symbol.asyncDispose]())

    describe.each(kinds)('%s', (kind) => {
      let opened: TestClient
      beforeAll(async () => {
        opened = await CLUSTER_CLIENTS[kind](cluster.urls)
      })
      afterAll(() => opened[Symbol.asyncDispose]())
      conformance(() => opened)
    })
  })
})
