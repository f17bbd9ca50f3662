import { createCache } from '@base/cache/cache'
import { memoryCacheStore } from '@base/cache/store'
import { cacheBusConformance, cacheConformance, cacheStoreConformance } from '@base/cache/testing'
import { toMilliseconds } from '@base/core/duration'
import { TestClock } from '@base/core/testing'
import { test } from 'vitest'
import { describeClients } from '../describe-clients.js'
import type { TestClient } from '../test-clients.js'
import { redisCacheBus, redisCacheStore } from './index.js'
import { letPass } from './test-time.js'

let subjects = 0

function conformance(opened: () => TestClient): void {
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
    async () => {
      const { client, subscriber } = opened()
      return {
        subject: redisCacheBus(client, { subscriber: await subscriber(), channel: name(), timeout: '10s' }),
        advance: (duration) => new Promise((resolve) => setTimeout(resolve, toMilliseconds(duration))),
        dispose: () => {},
      }
    },
    { test },
  )
}

describeClients(conformance, { isPrivate: true })
