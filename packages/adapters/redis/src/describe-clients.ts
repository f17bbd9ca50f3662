import { describeWithPrivateService, describeWithService } from '@base-internal/tools/services'
import { afterAll, beforeAll, describe } from 'vitest'
import { CLIENTS, CLUSTER_CLIENTS, type TestClient, textualClient } from './test-clients.js'
import { clusterOfTests } from './test-cluster.js'

const KINDS = Object.keys(CLIENTS) as (keyof typeof CLIENTS)[]

/** Describes something on each client, of a server and of a cluster; `opened` gives the client from the first test on. */
export function describeClients(
  body: (opened: () => TestClient) => void,
  { isPrivate = false }: { readonly isPrivate?: boolean | undefined } = {},
): void {
  const describeRedis = (within: (redis: { readonly url: string }) => void) =>
    isPrivate ? describeWithPrivateService('redis', {}, within) : describeWithService('redis', within)

  describeRedis((redis) => {
    describe.each(KINDS)('%s', (kind) => withClient(() => CLIENTS[kind](redis.url), body))
    describe('ioredis 6, numbers as texts', () => withClient(() => textualClient(redis.url), body))
  })

  describeRedis(() => {
    describe('a cluster', () => {
      const cluster = clusterOfTests()

      describe.each(KINDS)('%s', (kind) => withClient(() => CLUSTER_CLIENTS[kind](cluster().urls), body))
    })
  })
}

function withClient(open: () => Promise<TestClient>, body: (opened: () => TestClient) => void): void {
  let opened: TestClient
  beforeAll(async () => {
    opened = await open()
  })
  afterAll(() => opened?.[Symbol.asyncDispose]())
  body(() => opened)
}
