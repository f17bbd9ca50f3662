import { idempotencyStoreConformance } from '@base/application/testing'
import { toMilliseconds } from '@base/core/duration'
import { describeWithService } from '@base-internal/tools/services'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { CLIENTS, CLUSTER_CLIENTS, type TestClient } from '../test-clients.js'
import { type TestCluster, testCluster } from '../test-cluster.js'
import { redisIdempotencyStore } from './index.js'
import { letPass } from './test-time.js'

const kinds = Object.keys(CLIENTS) as (keyof typeof CLIENTS)[]
let subjects = 0

function conformance(opened: () => TestClient): void {
  idempotencyStoreConformance(
    () => {
      const prefix = `conformance-${process.pid}-${subjects++}:`
      return {
        subject: redisIdempotencyStore(opened().client, { prefix, timeout: '10s' }),
        advance: (duration) => letPass(opened().client, prefix, toMilliseconds(duration)),
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
