import {
  keyStoreConformance,
  refreshStoreConformance,
  replayStoreConformance,
  revocationStoreConformance,
  sessionStoreConformance,
} from '@base/auth/testing'
import { type Duration, toMilliseconds } from '@base/core/duration'
import { describeWithService } from '@base-internal/tools/services'
import { afterAll, beforeAll, describe, test } from 'vitest'
import type { RedisClient } from '../connection/client.js'
import { connect } from '../connection/connect.js'
import { CLIENTS, CLUSTER_CLIENTS, type TestClient } from '../test-clients.js'
import { type TestCluster, testCluster } from '../test-cluster.js'
import {
  type RedisAuthStoreOptions,
  redisKeyStore,
  redisRefreshStore,
  redisReplayStore,
  redisRevocationStore,
  redisSessionStore,
} from './index.js'
import { age } from './passing-time.fixture.js'

const kinds = Object.keys(CLIENTS) as (keyof typeof CLIENTS)[]
let prefixes = 0

/** Every suite on a client, each law with a prefix of its own. */
function suites(client: () => RedisClient): void {
  const make =
    <Store>(store: (client: RedisClient, options: RedisAuthStoreOptions) => Store) =>
    () => {
      const prefix = `auth-${process.pid}-${Date.now()}-${++prefixes}`
      return {
        subject: store(client(), { prefix, timeout: '10s' }),
        advance: (duration: Duration) => age(connect(client(), 'test'), prefix, toMilliseconds(duration)),
        dispose: () => {},
      }
    }
  refreshStoreConformance(make(redisRefreshStore), { test })
  sessionStoreConformance(make(redisSessionStore), { test })
  replayStoreConformance(make(redisReplayStore), { test })
  revocationStoreConformance(make(redisRevocationStore), { test })
  keyStoreConformance(make(redisKeyStore), { test })
}

describeWithService('redis', (redis) => {
  describe.each(kinds)('%s', (kind) => {
    let opened: TestClient
    beforeAll(async () => {
      opened = await CLIENTS[kind](redis.url)
    })
    afterAll(() => opened[Symbol.asyncDispose]())
    suites(() => opened.client)
  })
})

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
    afterAll(() => opened?.[Symbol.asyncDispose]())
    suites(() => opened.client)
  })
})
